import { z } from 'zod';
import type { Person } from '../../domain/person.js';
import { LIVE_RELEASE_STATES } from '../../domain/release-state.js';
import type { Queryable } from '../../store/queryable.js';
import type { ReleaseContext, ReleaseEventKind } from '../release-context.js';
import type { ReleaseQueue } from '../release-jobs.js';
import { selectRelease } from '../store/releases.js';

interface ReleaseAnswersOptions
  extends Pick<ReleaseContext, 'database' | 'transact' | 'subjectChanged' | 'recordEvent' | 'now'> {
  readonly queue: Pick<ReleaseQueue, 'wake'>;
}

/** What people may say to a release that is under way. */
export function createReleaseAnswers(options: ReleaseAnswersOptions) {
  const { database, transact, queue, subjectChanged, recordEvent, now } = options;
  const record = async (kind: ReleaseEventKind, releaseId: string, actor: Person, details: object) => {
    const release = await selectRelease(database, releaseId);
    if (release === undefined) return;
    const { strategy, target } = release;
    const at = now().toISOString();
    await recordEvent({ kind, strategy, target, actor, at, details: { releaseId, ...details } });
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
    /** undefined for an id that does not exist or is no id at all. */
    get: async (releaseId: string) =>
      z.uuid().safeParse(releaseId).success ? selectRelease(database, releaseId) : undefined,
    /** Stops it before its next step; what was changed on hosts is put back. False: it had ended, is being put back, or was asked already. */
    async cancel(releaseId: string, by: Person, reason: string): Promise<boolean> {
      const isDone = await transact(async (client) => {
        const isFirst = await requestCancellation(client, releaseId, { by, reason, at: now().toISOString() });
        // A release that waits for a person goes on only to be cancelled.
        if (isFirst) await resume(client, releaseId);
        return isFirst;
      });
      if (isDone) await record('release.cancel_requested', releaseId, by, { reason });
      return isDone;
    },
    /** Says of an unclear step whether it was done; the release goes on. False: somebody else said so before. */
    async answer(releaseId: string, position: number, by: Person, wasDone: boolean): Promise<boolean> {
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

export type ReleaseAnswers = ReturnType<typeof createReleaseAnswers>;

/** Who wants it stopped. The first one counts; false when it has ended, was asked before, or is being put back. */
async function requestCancellation(
  client: Queryable,
  releaseId: string,
  cancellation: { readonly by: Person; readonly reason: string; readonly at: string },
): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE lobml.releases SET cancel_requested = $2
     WHERE release_id = $1 AND cancel_requested IS NULL AND ended_at IS NULL AND state = ANY($3)
       AND NOT EXISTS (SELECT 1 FROM lobml.release_steps WHERE release_id = $1 AND kind = 'revert')`,
    [releaseId, JSON.stringify(cancellation), LIVE_RELEASE_STATES],
  );
  return rowCount === 1;
}
