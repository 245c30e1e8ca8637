import { isOffEverywhere } from '../domain/off-everywhere.js';
import type { Logger } from '../telemetry/logger.js';
import { createHeartbeat } from '../watch/heartbeat.js';
import { createLookTask } from '../watch/look.js';
import { createThinningTask } from '../watch/thin-runs.js';
import type { WatchContext } from '../watch/watch-context.js';
import { TASKS, type Task } from '../worker/task.js';
import type { Services } from './services.js';

interface WatchWork {
  readonly watchContext: WatchContext;
  readonly services: Pick<Services, 'checks' | 'killSwitch' | 'announceHalt' | 'status'>;
  readonly homeChanged: () => void;
  readonly logger: Logger;
}

/** The durable work of the watch. */
export function watchTasks({
  watchContext,
  services,
  homeChanged,
  logger,
}: WatchWork): Readonly<Record<string, Task>> {
  const { checks, killSwitch, announceHalt, status } = services;
  return {
    [TASKS.look]: createLookTask({
      ...watchContext,
      checks,
      killSwitch,
      announceHalt,
      isOff: async (target) => isOffEverywhere((await status.gather(target)).hosts),
      beat: createHeartbeat({ fetch, logger }),
      homeChanged,
      logger,
    }),
    [TASKS.thinRuns]: createThinningTask(watchContext),
  };
}
