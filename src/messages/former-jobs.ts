import { z } from 'zod';
import type { Task } from '../worker/task.js';
import type { SubjectKind } from './subject.js';

/** What the version before called its jobs about messages, and what they were about. */
const FORMER_JOBS = {
  report: ['run', 'runId'],
  request_announcement: ['request', 'requestId'],
  release_announcement: ['release', 'releaseId'],
} as const satisfies Readonly<Record<string, readonly [SubjectKind, string]>>;

/** Jobs that were left before an upgrade, or by a replica that is still to be upgraded. */
export function formerMessageTasks(message: Task): Readonly<Record<string, Task>> {
  return Object.fromEntries(
    Object.entries(FORMER_JOBS).map(([name, [kind, field]]) => {
      const schema = z.object({ [field]: z.string() });
      const task: Task = (payload, call) =>
        message({ subject: `${kind}:${schema.parse(payload)[field]}` }, call);
      return [name, task];
    }),
  );
}
