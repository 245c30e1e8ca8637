import type { CheckRun } from '../domain/check-run.js';
import type { MessageStore, StoredMessage } from '../messages/message-store.js';
import { reportPayload, TASKS, type Task } from '../worker/task.js';
import type { RunStore } from './store/run-store.js';

interface ReportUpkeepOptions {
  readonly runs: Pick<RunStore, 'get'>;
  readonly messages: Pick<MessageStore, 'supersedeBefore' | 'ofRun'>;
  /** Brings one message up to date; does nothing where somebody has deleted it. */
  readonly refresh: (message: StoredMessage, run: CheckRun) => Promise<void>;
  readonly now: () => Date;
}

/** What the messages of runs of one kind on one target are about. */
export const reportSubject = ({ kind, strategy, target }: Pick<CheckRun, 'kind' | 'strategy' | 'target'>) =>
  `${kind} ${strategy} ${target}`;

/** Reports that a newer run, from wherever, or the end of their validity has made history say so. */
export function createReportTask({
  runs,
  messages,
  refresh,
  now,
}: ReportUpkeepOptions): Readonly<Record<string, Task>> {
  return {
    [TASKS.report]: async (payload) => {
      const run = await runs.get(reportPayload.parse(payload).runId);
      if (run === undefined) return;
      const older = await messages.supersedeBefore(reportSubject(run), new Date(run.startedAt), now());
      for (const message of older) {
        const olderRun = message.runId === null ? undefined : await runs.get(message.runId);
        if (olderRun !== undefined) await refresh(message, olderRun);
      }
      for (const message of await messages.ofRun(run.runId)) await refresh(message, run);
    },
  };
}
