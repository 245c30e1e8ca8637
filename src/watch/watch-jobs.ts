import type { Queryable } from '../store/queryable.js';
import { addJob } from '../worker/add-job.js';
import { TASKS } from '../worker/task.js';
import { WORKER_SCHEMA } from '../worker/worker-schema.js';

const keyOf = (watchId: string): string => `look ${watchId}`;

/** The next look at a target: one waits, and one goes on, on whichever replica. */
export function lookAt(client: Queryable, watchId: string, at: Date): Promise<void> {
  return addJob(client, {
    task: TASKS.look,
    payload: { subject: `look:${watchId}` },
    queue: keyOf(watchId),
    key: keyOf(watchId),
    runAt: at,
  });
}

/** The next time that the runs of a watch are thinned. */
export function thinAfter(client: Queryable, watchId: string, afterMs: number): Promise<void> {
  return addJob(client, {
    task: TASKS.thinRuns,
    payload: { subject: `look:${watchId}` },
    queue: `thin ${watchId}`,
    key: `thin ${watchId}`,
    afterMs,
    keepsEarlier: true,
  });
}

/** Whether a look waits or goes on. */
export async function hasLook(client: Queryable, watchId: string): Promise<boolean> {
  const { rows } = await client.query<{ isThere: boolean }>(
    `SELECT EXISTS (SELECT FROM ${WORKER_SCHEMA}.jobs WHERE key = $1 OR (queue_name = $1 AND locked_at IS NOT NULL)) AS "isThere"`,
    [keyOf(watchId)],
  );
  return rows[0]?.isThere === true;
}

/** Whether a thinning waits or goes on. */
export async function hasThinning(client: Queryable, watchId: string): Promise<boolean> {
  const { rows } = await client.query<{ isThere: boolean }>(
    `SELECT EXISTS (SELECT FROM ${WORKER_SCHEMA}.jobs WHERE key = $1 OR (queue_name = $1 AND locked_at IS NOT NULL)) AS "isThere"`,
    [`thin ${watchId}`],
  );
  return rows[0]?.isThere === true;
}
