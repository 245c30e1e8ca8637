import { requestPayload, TASKS, type Task } from '../worker/task.js';
import type { ReleaseService } from './release-service.js';

interface RequestTasksOptions {
  readonly releases: Pick<ReleaseService, 'expire'>;
  readonly announce: (requestId: string) => Promise<void>;
}

/** The durable work of requests: their messages, and their clocks. Each may run any number of times. */
export function createRequestTasks({
  releases,
  announce,
}: RequestTasksOptions): Readonly<Record<string, Task>> {
  return {
    [TASKS.requestAnnouncement]: async (payload) => announce(requestPayload.parse(payload).requestId),
    [TASKS.requestExpiry]: async (payload) => {
      await releases.expire(requestPayload.parse(payload).requestId);
    },
  };
}
