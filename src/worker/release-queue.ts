import type { ReleaseQueue } from '../release/release-queue.js';
import type { RequestQueue } from '../release/request-queue.js';
import type { Queryable } from '../store/queryable.js';
import { addJob } from './add-job.js';
import { TASKS } from './task.js';

/** Later than the replica that made the change needs for the messages: they do not come twice. */
const CATCH_UP_MS = 10_000;

export interface ReleaseTimers extends ReleaseQueue {
  /** Brings the messages of the release up to date also where the replica that made the change has died since. */
  announce(client: Queryable, releaseId: string): Promise<void>;
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
    announce: (client, releaseId) =>
      addJob(client, {
        task: TASKS.releaseAnnouncement,
        payload: { releaseId },
        queue: `announce release ${releaseId}`,
        key: `announce release ${releaseId}`,
        runAt: new Date(Date.now() + CATCH_UP_MS),
      }),
  };
}

/** Messages of a request one after the other, its clocks apart from them. */
export function createRequestQueue(): RequestQueue {
  return {
    announce: (client, requestId) =>
      addJob(client, {
        task: TASKS.requestAnnouncement,
        payload: { requestId },
        queue: `announce ${requestId}`,
        key: `announce ${requestId}`,
      }),
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
