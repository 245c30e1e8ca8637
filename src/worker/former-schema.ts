import type { Queryable } from '../store/queryable.js';
import { TASKS } from './task.js';
import { WORKER_SCHEMA } from './worker-schema.js';

/** The queue's default schema, in which jobs stood until this version; other applications may have theirs there. */
const FORMER_SCHEMA = 'graphile_worker';

/** Also what versions before called their jobs about messages. */
const OUR_TASKS = [
  ...Object.values(TASKS),
  'report',
  'request_announcement',
  'release_announcement',
] as const satisfies readonly string[];

const OUR_SUBJECT = '^(run|request|release|training):[0-9a-f-]{36}$';
const ID = '^[0-9a-f-]{36}$';

/**
 * Takes over the jobs that stand in the queue's default schema, where they are ours: by their task and by what they
 * are about. One that a replica of the version before works at is left to it for as long as that replica lives. Of two
 * jobs of one key the earlier moment counts. May run any number of times, on any number of replicas.
 * @returns how many came over
 */
export async function moveFormerJobs(database: Queryable): Promise<number> {
  if (!(await isThere(database))) return 0;
  const { rows } = await database.query<{ moved: number }>(
    `WITH ours AS (
       SELECT j.id FROM ${FORMER_SCHEMA}._private_jobs j JOIN ${FORMER_SCHEMA}._private_tasks t ON t.id = j.task_id
       WHERE split_part(t.identifier, ' ', 1) = ANY($1)
         AND (j.payload->>'subject' ~ $2 OR j.payload->>'releaseId' ~ $3 OR j.payload->>'requestId' ~ $3
           OR j.payload->>'runId' ~ $3)
         AND (j.locked_at IS NULL OR j.locked_at < now() - interval '60 seconds'
           AND NOT EXISTS (SELECT FROM lobml.replicas r WHERE r.pool_id = j.locked_by))
       FOR UPDATE OF j SKIP LOCKED),
     taken AS (
       DELETE FROM ${FORMER_SCHEMA}._private_jobs j USING ours WHERE j.id = ours.id
       RETURNING j.task_id, j.job_queue_id, j.payload, j.key, j.run_at, j.max_attempts)
     SELECT count(${WORKER_SCHEMA}.add_job(t.identifier, payload := taken.payload, queue_name := q.queue_name,
       job_key := taken.key, max_attempts := taken.max_attempts, run_at := least(taken.run_at, present.run_at)))::integer
       AS moved
     FROM taken JOIN ${FORMER_SCHEMA}._private_tasks t ON t.id = taken.task_id
       LEFT JOIN ${FORMER_SCHEMA}._private_job_queues q ON q.id = taken.job_queue_id
       LEFT JOIN ${WORKER_SCHEMA}._private_jobs present ON present.key = taken.key`,
    [OUR_TASKS, OUR_SUBJECT, ID],
  );
  return rows[0]?.moved ?? 0;
}

/** Frees what dead replicas of the version before held; whoever is named here is one of ours. */
export async function freeFormerJobs(database: Queryable, poolIds: readonly string[]): Promise<void> {
  if (poolIds.length === 0 || !(await isThere(database))) return;
  await database.query(`SELECT ${FORMER_SCHEMA}.force_unlock_workers($1::text[])`, [poolIds]);
}

/** Whether there is such a schema, in the form in which we left it, and whether it is ours to write. */
async function isThere(database: Queryable): Promise<boolean> {
  const { rows } = await database.query<{ isOurs: boolean }>(
    `SELECT has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'DELETE') AS "isOurs"
     FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid
     WHERE n.nspname = '${FORMER_SCHEMA}' AND c.relname = '_private_jobs'`,
  );
  return rows[0]?.isOurs === true;
}
