import { z } from 'zod';
import type { Person } from '../../domain/person.js';
import type { ReleaseRecord } from '../../domain/release-record.js';
import type { SubjectChanged } from '../../messages/subject.js';
import type { Queryable } from '../../store/queryable.js';
import type { Transact } from '../../store/transaction.js';
import type { RecordEvent, ReleaseEventKind } from '../release-context.js';
import type { ReleaseQueue } from '../release-jobs.js';
import { selectRelease } from '../store/releases.js';
import { requestCancellation } from './step-journal.js';

/** What people may say to a release that is under way. */
export interface ReleaseAnswers {
  /** undefined for an id that does not exist or is no id at all. */
  get(releaseId: string): Promise<ReleaseRecord | undefined>;
  /** Stops it before its next step; what was changed on hosts is put back. False: it had ended, is being put back, or was asked already. */
  cancel(releaseId: string, by: Person, reason: string): Promise<boolean>;
  /** Says of an unclear step whether it was done; the release goes on. False: somebody else said so before. */
  answer(releaseId: string, position: number, by: Person, wasDone: boolean): Promise<boolean>;
}

interface ReleaseAnswersOptions {
  readonly database: Queryable;
  readonly transact: Transact;
  readonly queue: Pick<ReleaseQueue, 'wake'>;
  readonly subjectChanged: SubjectChanged;
  readonly recordEvent: RecordEvent;
  readonly now: () => Date;
}

export function createReleaseAnswers({
  database,
  transact,
  queue,
  subjectChanged,
  recordEvent,
  now,
}: ReleaseAnswersOptions): ReleaseAnswers {
  const record = async (kind: ReleaseEventKind, releaseId: string, actor: Person, details: object) => {
    const release = await selectRelease(database, releaseId);
    if (release === undefined) return;
    const { strategy, target } = release;
    await recordEvent({
      kind,
      strategy,
      target,
      actor,
      at: now().toISOString(),
      details: { releaseId, ...details },
    });
  };
  const resume = async (client: Queryable, releaseId: string) => {
    await client.query(
      `UPDATE lobml.releases SET state = 'running', problem = NULL
       WHERE release_id = $1 AND state = 'needs_person'`,
      [releaseId],
    );
    await queue.wake(client, releaseId);
    await subjectChanged(client, `release:${releaseId}`);
  };
  return {
    get: async (releaseId) =>
      z.uuid().safeParse(releaseId).success ? selectRelease(database, releaseId) : undefined,
    async cancel(releaseId, by, reason) {
      const isDone = await transact(async (client) => {
        const isFirst = await requestCancellation(client, releaseId, { by, reason, at: now().toISOString() });
        // A release that waits for a person goes on only to be cancelled.
        if (isFirst) await resume(client, releaseId);
        return isFirst;
      });
      if (isDone) await record('release.cancel_requested', releaseId, by, { reason });
      return isDone;
    },
    async answer(releaseId, position, by, wasDone) {
      const isDone = await transact(async (client) => {
        const answered = JSON.stringify({ by, at: now().toISOString(), wasDone });
        const { rowCount } = await client.query(
          `UPDATE lobml.release_steps SET state = $3, answered = $4, problem = NULL,
             finished_at = CASE WHEN $3 = 'done' THEN $5::timestamptz END
           WHERE release_id = $1 AND position = $2 AND state = 'unclear'`,
          [releaseId, position, wasDone ? 'done' : 'pending', answered, now()],
        );
        if (rowCount !== 1) return false;
        await resume(client, releaseId);
        return true;
      });
      if (isDone) await record('release.step_answered', releaseId, by, { position, wasDone });
      return isDone;
    },
  };
}
