import type { Queryable } from '../store/queryable.js';
import { addJob } from '../worker/add-job.js';
import { TASKS } from '../worker/task.js';
import { WORKER_SCHEMA } from '../worker/worker-schema.js';

const keyOf = (watchId: string): string => `look ${watchId}`;

/**
 * All looks are taken one after the other, whichever strategy, target and replica: the checks of two at once would take
 * the connections of the trading database that a halt needs.
 */
const QUEUE = 'looks';

/** The next look at a target: one waits, and one goes on, on whichever replica. */
export function lookAt(client: Queryable, watchId: string, at: Date): Promise<void> {
  return addJob(client, {
    task: TASKS.look,
    payload: { subject: `look:${watchId}` },
    queue: QUEUE,
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
export const hasLook = (client: Queryable, watchId: string): Promise<boolean> =>
  isThere(client, keyOf(watchId));

/** Whether a thinning waits or goes on. */
export const hasThinning = (client: Queryable, watchId: string): Promise<boolean> =>
  isThere(client, `thin ${watchId}`);

async function isThere(client: Queryable, key: string): Promise<boolean> {
  const { rows } = await client.query<{ isThere: boolean }>(
    `SELECT EXISTS (SELECT FROM ${WORKER_SCHEMA}.jobs WHERE key = $1) AS "isThere"`,
    [key],
  );
  return rows[0]?.isThere === true;
}
