import { requestPayload, TASKS, type Task } from '../worker/task.js';
import type { ReleaseService } from './release-service.js';

/** The clocks of requests, as durable work. It may run any number of times. */
export function createRequestTasks(releases: Pick<ReleaseService, 'expire'>): Readonly<Record<string, Task>> {
  return {
    [TASKS.requestExpiry]: async (payload) => {
      await releases.expire(requestPayload.parse(payload).requestId);
    },
  };
}
