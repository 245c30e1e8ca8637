import type { Queryable } from '../store/queryable.js';
import { strategyOf, subjectOfPayload, taskOfStrategy } from './job-owner.js';
import type { TaskName } from './task.js';
import { WORKER_SCHEMA } from './worker-schema.js';

interface JobRequest {
  readonly task: TaskName;
  /** Names what it is about, by which it belongs to a strategy: only a bot that runs this one takes the job. */
  readonly payload: Readonly<Record<string, string>>;
  /** Jobs of one queue run one after the other, on whichever replica. */
  readonly queue: string;
  /** One waiting job a key: a later request for it replaces the earlier one. */
  readonly key: string;
  /** undefined: at once. */
  readonly runAt?: Date | undefined;
  /** Not before so many ms have passed, by the database's clock. */
  readonly afterMs?: number;
  /** A waiting job of the key that would run sooner runs then. */
  readonly keepsEarlier?: boolean;
}

/** A job is tried again for as long as it takes: what it is about has deadlines of its own. */
const MAX_ATTEMPTS = 30_000;

/** Adds a job within the caller's transaction. A job with that key that runs already is followed by this one. */
export async function addJob(
  client: Queryable,
  { task, payload, queue, key, runAt, afterMs = 0, keepsEarlier = false }: JobRequest,
): Promise<void> {
  const subject = subjectOfPayload(payload);
  const strategy = subject === undefined ? undefined : await strategyOf(client, subject);
  await client.query(
    `SELECT ${WORKER_SCHEMA}.add_job($1, payload := $2::json, queue_name := $3, job_key := $4,
       run_at := greatest($5::timestamptz, now() + $6::double precision * interval '1 millisecond'),
       max_attempts := ${MAX_ATTEMPTS}, job_key_mode := $7)`,
    [
      strategy === undefined ? task : taskOfStrategy(task, strategy),
      JSON.stringify(payload),
      queue,
      key,
      runAt ?? null,
      afterMs,
      keepsEarlier ? 'preserve_run_at' : 'replace',
    ],
  );
}
