import type { Queryable } from '../store/queryable.js';
import { addJob } from '../worker/add-job.js';
import { TASKS } from '../worker/task.js';

/** Hands a release over to whichever replica is free; the job and its timer live in the bot's database. */
export interface ReleaseQueue {
  /**
   * Within the transaction that writes the release and its steps: the first look at the steps, and the timer of
   * its commit-confirm deadline.
   */
  enqueue(client: Queryable, releaseId: string): Promise<void>;
  /** Looks at the release now instead of at its next timer, e.g. because it was cancelled. */
  wake(client: Queryable, releaseId: string): Promise<void>;
}

/**
 * Durable work that a request leaves behind. Each call belongs to the transaction of its `client`: the work exists
 * if and only if what asked for it was written.
 */
export interface RequestQueue {
  /** Looks at a request's clocks at that moment: `ReleaseService.expire`. Each call adds a moment. */
  expireAt(client: Queryable, requestId: string, at: Date): Promise<void>;
}

export interface ReleaseTimers extends ReleaseQueue {
  /** Looks at the release again at that moment. */
  wakeAt(client: Queryable, releaseId: string, at: Date): Promise<void>;
  /** Looks at its deadline at that moment, which may be sooner than the deadline itself. */
  deadlineAt(client: Queryable, releaseId: string, at: Date): Promise<void>;
}

/** The queue of a release is its target's: one release of a target at a time. Its deadline waits for no step. */
export function createReleaseQueue(): ReleaseTimers {
  const wakeAt = async (client: Queryable, releaseId: string, at?: Date): Promise<void> => {
    const { subject } = await subjectOf(client, releaseId);
    await addJob(client, {
      task: TASKS.release,
      payload: { releaseId },
      queue: `release ${subject}`,
      key: `release ${releaseId}`,
      ...(at === undefined ? {} : { runAt: at }),
    });
  };
  const deadlineAt = async (client: Queryable, releaseId: string, at?: Date): Promise<void> => {
    const { subject, confirmBy } = await subjectOf(client, releaseId);
    await addJob(client, {
      task: TASKS.releaseDeadline,
      payload: { releaseId },
      queue: `deadline ${subject}`,
      key: `deadline ${releaseId}`,
      runAt: at ?? confirmBy,
    });
  };
  return {
    async enqueue(client, releaseId) {
      await wakeAt(client, releaseId);
      await deadlineAt(client, releaseId);
    },
    wake: (client, releaseId) => wakeAt(client, releaseId),
    wakeAt,
    deadlineAt,
  };
}

/** The clocks of requests. */
export function createRequestQueue(): RequestQueue {
  return {
    expireAt: (client, requestId, at) =>
      addJob(client, {
        task: TASKS.requestExpiry,
        payload: { requestId },
        queue: `expiry ${requestId}`,
        key: `expiry ${requestId} ${at.toISOString()}`,
        runAt: at,
      }),
  };
}

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

/** Both queues; `announce` is the request's. */
export const releaseQueues = (): ReleaseQueue & RequestQueue => ({
  ...createReleaseQueue(),
  ...createRequestQueue(),
});
