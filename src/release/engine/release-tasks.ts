import type { Queryable } from '../../store/queryable.js';
import { releasePayload, TASKS, type Task } from '../../worker/task.js';
import { releaseQueue } from '../release-jobs.js';
import { type LookResult, RETRY_MS, type ReleaseEngine } from './release-engine.js';
import { runDeadline } from './run-deadline.js';
import { runRelease } from './run-release.js';

/** The durable work of releases: a look that must go on later leaves its own next job behind. */
export function createReleaseTasks(
  engine: ReleaseEngine,
  database: Queryable,
): Readonly<Record<string, Task>> {
  const { clock, logger } = engine;
  const task = (look: typeof runRelease, again: (releaseId: string, at: Date) => Promise<void>): Task => {
    return async (payload, call) => {
      const { releaseId } = releasePayload.parse(payload);
      const result = await look(engine, releaseId, call).catch((error: unknown): LookResult => {
        if (call.lost.aborted) throw error;
        if (!call.stopping.aborted)
          logger.error({ err: error, releaseId }, 'a release could not go on; trying again');
        const delayMs = call.stopping.aborted ? 0 : RETRY_MS;
        return { kind: 'wait', until: new Date(clock.now() + delayMs) };
      });
      if (result.kind === 'wait') await again(releaseId, result.until);
    };
  };
  return {
    [TASKS.release]: task(runRelease, (releaseId, at) => releaseQueue.wake(database, releaseId, at)),
    [TASKS.releaseDeadline]: task(runDeadline, (releaseId, at) =>
      releaseQueue.deadlineAt(database, releaseId, at),
    ),
  };
}
