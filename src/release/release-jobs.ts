import type { Queryable } from '../store/queryable.js';
import { addJob } from '../worker/add-job.js';
import { TASKS } from '../worker/task.js';

/**
 * Durable work of releases and of their requests. Each call belongs to the transaction of its `client`: the work exists
 * if and only if what asked for it was written. Moments and delays are by the database's clock: a bot whose own clock is
 * wrong is neither late nor early.
 */
export interface ReleaseQueue {
  /** With the release and its steps: the first look at them, and the timer of its commit-confirm deadline. */
  enqueue(client: Queryable, releaseId: string): Promise<void>;
  /** Looks at the release so many ms from now, or now instead of at its next timer, e.g. because it was cancelled. */
  wake(client: Queryable, releaseId: string, afterMs?: number): Promise<void>;
  /** Looks at its deadline so many ms from now; undefined: when it has come. */
  lookAtDeadline(client: Queryable, releaseId: string, afterMs?: number): Promise<void>;
  /** Looks at a request's clocks at that moment of the database's clock: `expireOrWait`. Each call adds a moment. */
  expireAt(client: Queryable, requestId: string, at: Date): Promise<void>;
}

/** The queue of a release is its target's: one release of a target at a time. Its deadline waits for no step. */
export const releaseQueue: ReleaseQueue = {
  async enqueue(client, releaseId) {
    await releaseQueue.wake(client, releaseId);
    // The first look is at once: from then on each says when the next one is.
    await releaseQueue.lookAtDeadline(client, releaseId, 0);
  },
  async wake(client, releaseId, afterMs = 0) {
    const { subject } = await subjectOf(client, releaseId);
    await addJob(client, {
      task: TASKS.release,
      payload: { releaseId },
      queue: `release ${subject}`,
      key: `release ${releaseId}`,
      afterMs,
    });
  },
  async lookAtDeadline(client, releaseId, afterMs) {
    const { subject, confirmBy } = await subjectOf(client, releaseId);
    await addJob(client, {
      task: TASKS.releaseDeadline,
      payload: { releaseId },
      queue: `deadline ${subject}`,
      key: `deadline ${releaseId}`,
      runAt: afterMs === undefined ? confirmBy : undefined,
      afterMs: afterMs ?? 0,
    });
  },
  expireAt: (client, requestId, at) =>
    addJob(client, {
      task: TASKS.requestExpiry,
      payload: { requestId },
      queue: `expiry ${requestId}`,
      key: `expiry ${requestId} ${at.toISOString()}`,
      runAt: at,
    }),
};

async function subjectOf(
  client: Queryable,
  releaseId: string,
): Promise<{ subject: string; confirmBy: Date }> {
  const { rows } = await client.query<{ subject: string; confirmBy: Date }>(
    `SELECT strategy || ' ' || target AS subject, confirm_by AS "confirmBy" FROM lobml.releases WHERE release_id = $1`,
    [releaseId],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`there is no release ${releaseId}: write it before its job`);
  return row;
}
