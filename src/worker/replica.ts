import pg from 'pg';
import type { Queryable } from '../store/queryable.js';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../time/clock.js';
import { freeFormerJobs } from './former-schema.js';
import { WORKER_SCHEMA } from './worker-schema.js';

/** The first half of the advisory locks' key; the second is the replica's number. */
const LOCK_CLASS = 0x6c6f62;
const HEARTBEAT_MS = 1_000;
/** Shorter than the server needs to give up a silent connection: a replica stops before it is replaced. */
const HEARTBEAT_TIMEOUT_MS = 2_000;

/**
 * A living replica: its advisory lock is held by a connection that does nothing else.
 * @throws the database's error when it cannot be reached.
 */
export async function joinAsReplica({
  url,
  clock,
  logger,
}: {
  readonly url: string;
  readonly clock: Clock;
  readonly logger: Logger;
}) {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'lobml liveness',
    connectionTimeoutMillis: 5_000,
    query_timeout: HEARTBEAT_TIMEOUT_MS,
    keepAlive: true,
  });
  const lost = new AbortController();
  client.on('error', () => lost.abort());
  client.on('end', () => lost.abort());
  await client.connect();
  // The server, too, must find out soon that this machine is gone: its lock is then free.
  await client.query(
    'SET tcp_keepalives_idle = 2; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 2; SET idle_session_timeout = 0',
  );
  const number = await takeNumber(client);
  void beat(client, lost, clock).then(() =>
    logger.warn({ replica: number }, 'this replica has lost its place'),
  );
  return {
    /** Aborts when the connection is gone, and with it the right to work. */
    lost: lost.signal,
    /** Names the job queue's pool, so that its jobs can be freed when this replica dies. It is lost where this fails. */
    async register(poolId: string): Promise<void> {
      try {
        await client.query('INSERT INTO lobml.replicas (replica, pool_id) VALUES ($1, $2)', [number, poolId]);
      } catch (error) {
        // Without its name it could do none of the jobs that it takes: it has to join anew.
        lost.abort();
        throw error;
      }
    },
    async leave(): Promise<void> {
      await client.query('DELETE FROM lobml.replicas WHERE replica = $1', [number]).catch(() => undefined);
      lost.abort();
      await client.end().catch(() => undefined);
    },
  };
}

/** The lock comes before the row that others judge by it. */
async function takeNumber(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ number: number }>(
    `SELECT nextval('lobml.replica_number')::integer AS number`,
  );
  const number = rows[0]?.number ?? 0;
  await client.query('SELECT pg_advisory_lock($1, $2)', [LOCK_CLASS, number]);
  return number;
}

async function beat(client: pg.Client, lost: AbortController, clock: Clock): Promise<void> {
  while (!lost.signal.aborted) {
    try {
      await clock.sleep(HEARTBEAT_MS, lost.signal);
      await client.query('SELECT 1');
    } catch {
      lost.abort();
    }
  }
}

/**
 * Frees the jobs of replicas that are dead: their lock is free. Any number of replicas may sweep at once.
 * @returns how many were dead.
 */
export async function freeJobsOfDeadReplicas(database: Queryable): Promise<number> {
  const { rows } = await database.query<{ freed: number; ids: string[] | null }>(
    `WITH dead AS (
       DELETE FROM lobml.replicas r WHERE NOT EXISTS (
         SELECT FROM pg_locks l
         WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1 AND l.objid = r.replica AND l.objsubid = 2
           AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
       RETURNING pool_id),
     -- A replica that died before it could say its name holds jobs under one that nobody registered.
     nameless AS (
       SELECT DISTINCT j.locked_by AS pool_id FROM ${WORKER_SCHEMA}.jobs j
       WHERE j.locked_at < now() - interval '60 seconds'
         AND NOT EXISTS (SELECT FROM lobml.replicas r WHERE r.pool_id = j.locked_by)),
     pools AS (
       SELECT array_agg(pool_id) AS ids, count(*)::integer AS freed
       FROM (SELECT pool_id FROM dead UNION SELECT pool_id FROM nameless) AS gone)
     SELECT freed, ids, CASE WHEN freed > 0 THEN ${WORKER_SCHEMA}.force_unlock_workers(ids)::text END FROM pools`,
    [LOCK_CLASS],
  );
  const [{ freed, ids } = { freed: 0, ids: [] }] = rows;
  await freeFormerJobs(database, ids ?? []);
  return freed;
}
