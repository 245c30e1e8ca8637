import type { Person } from '../../domain/check-run.js';
import type { Queryable } from '../../store/queryable.js';
import type { Transact } from '../../store/transaction.js';
import type { ReleaseQueue } from '../release-queue.js';
import { requestCancellation } from './step-journal.js';

/** What people may say to a release that is under way. */
export interface ReleaseAnswers {
  /** Stops it before its next step; what was changed on hosts is put back. False: it had ended, or was asked already. */
  cancel(releaseId: string, by: Person, reason: string): Promise<boolean>;
  /** Says of an unclear step whether it was done; the release goes on. False: somebody else said so before. */
  answer(releaseId: string, position: number, by: Person, wasDone: boolean): Promise<boolean>;
}

export interface ReleaseAnswersOptions {
  readonly transact: Transact;
  readonly queue: Pick<ReleaseQueue, 'wake'>;
  readonly now: () => Date;
}

export function createReleaseAnswers({ transact, queue, now }: ReleaseAnswersOptions): ReleaseAnswers {
  return {
    cancel: (releaseId, by, reason) =>
      transact(async (client) => {
        const isFirst = await requestCancellation(client, releaseId, { by, reason, at: now().toISOString() });
        // A release that waits for a person goes on only to be cancelled.
        if (isFirst) await resume(client, releaseId);
        if (isFirst) await queue.wake(client, releaseId);
        return isFirst;
      }),
    answer: (releaseId, position, by, wasDone) =>
      transact(async (client) => {
        const answered = JSON.stringify({ by, at: now().toISOString(), wasDone });
        const { rowCount } = await client.query(
          `UPDATE lobml.release_steps SET state = $3, answered = $4, problem = NULL,
             finished_at = CASE WHEN $3 = 'done' THEN $5::timestamptz END
           WHERE release_id = $1 AND position = $2 AND state = 'unclear'`,
          [releaseId, position, wasDone ? 'done' : 'pending', answered, now()],
        );
        if (rowCount !== 1) return false;
        await resume(client, releaseId);
        await queue.wake(client, releaseId);
        return true;
      }),
  };
}

async function resume(client: Queryable, releaseId: string): Promise<void> {
  await client.query(
    `UPDATE lobml.releases SET state = 'running', problem = NULL WHERE release_id = $1 AND state = 'needs_person'`,
    [releaseId],
  );
}
