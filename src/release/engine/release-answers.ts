import { z } from 'zod';
import type { Person } from '../../domain/person.js';
import type { StepRecord } from '../../domain/release-record.js';
import { LIVE_RELEASE_STATES } from '../../domain/release-state.js';
import { redact } from '../../domain/secrets.js';
import type { Queryable } from '../../store/queryable.js';
import type { ReleaseContext, ReleaseEventKind } from '../release-context.js';
import type { ReleaseQueue } from '../release-jobs.js';
import { writeGivenUpHost } from '../store/given-up-hosts.js';
import { selectRelease } from '../store/releases.js';

interface ReleaseAnswersOptions
  extends Pick<ReleaseContext, 'database' | 'transact' | 'subjectChanged' | 'recordEvent' | 'now'> {
  readonly queue: Pick<ReleaseQueue, 'wake' | 'lookAtDeadline'>;
}

/** What people may say to a release that is under way. Each is false where it comes too late, or was said before. */
export function createReleaseAnswers(options: ReleaseAnswersOptions) {
  const { database, transact, queue, subjectChanged, recordEvent, now } = options;
  /** Writes it, wakes the release, and records the event: all of it or nothing. */
  const say = async (
    kind: ReleaseEventKind,
    { releaseId, by, details = {} }: { releaseId: string; by: Person; details?: object },
    write: (client: Queryable, at: string) => Promise<boolean>,
  ): Promise<boolean> => {
    const at = now().toISOString();
    const isDone = await transact(async (client) => {
      if (!(await write(client, at))) return false;
      await queue.wake(client, releaseId);
      await subjectChanged(client, `release:${releaseId}`);
      return true;
    });
    const release = isDone ? await selectRelease(database, releaseId) : undefined;
    if (release !== undefined) {
      const { strategy, target } = release;
      await recordEvent({ kind, strategy, target, actor: by, at, details: { releaseId, ...details } });
    }
    return isDone;
  };
  return {
    /** undefined for an id that does not exist or is no id at all. */
    get: async (releaseId: string) =>
      z.uuid().safeParse(releaseId).success ? selectRelease(database, releaseId) : undefined,
    /** Stops it before its next step; what was changed on hosts is put back. Nobody cancels a put-back. */
    cancel: (releaseId: string, by: Person, reason: string) =>
      say('release.cancel_requested', { releaseId, by, details: { reason } }, (client, at) =>
        requestCancellation(client, releaseId, { by, reason, at }),
      ),
    /** Says of an unclear step that it was not done; it is done again. */
    notDone(releaseId: string, position: number, by: Person) {
      const details = { position, wasDone: false };
      return say('release.step_answered', { releaseId, by, details }, (client, at) =>
        writeNotDone(client, releaseId, position, { by, at, wasDone: false }),
      );
    },
    /** Puts the hosts back once more that did not come up. */
    retryPutBack: (releaseId: string, by: Person) =>
      say('release.put_back_retried', { releaseId, by }, (client) => writeRetry(client, releaseId)),
    /**
     * Somebody has looked and says that all is as it should be: every host is compared with the approved plan before that
     * counts.
     */
    looked: (releaseId: string, by: Person) =>
      say('release.looked_at', { releaseId, by }, (client, at) =>
        writeLook(client, releaseId, { by, at, looked: 'asked' }),
      ),
    /** Goes on without a host that is gone for good; what a replica is doing there now it can record no more. */
    giveUp(releaseId: string, host: string, by: Person, reason: string) {
      const details = { host, reason: redact(reason.trim()) };
      return say('release.host_given_up', { releaseId, by, details }, async (client, at) => {
        if (!(await writeGivenUpHost(client, releaseId, { ...details, by, at }))) return false;
        await client.query('UPDATE lobml.releases SET epoch = epoch + 1 WHERE release_id = $1', [releaseId]);
        await queue.lookAtDeadline(client, releaseId, 0);
        return true;
      });
    },
  };
}

export type ReleaseAnswers = ReturnType<typeof createReleaseAnswers>;

/** Why a release is put back stays what it was; of a step that was unclear nothing stays. */
async function resume(client: Queryable, releaseId: string): Promise<void> {
  await client.query(
    `UPDATE lobml.releases r SET state = 'running',
       problem = CASE WHEN r.problem->>'code' = 'effect_unclear' THEN NULL ELSE r.problem END
     WHERE release_id = $1 AND state = 'needs_person'`,
    [releaseId],
  );
}

/** Who wants it stopped: the first one counts. */
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
  // A release that waits for a person goes on only to be cancelled.
  if (rowCount === 1) await resume(client, releaseId);
  return rowCount === 1;
}

type Answer = NonNullable<StepRecord['answered']>;

async function writeNotDone(
  client: Queryable,
  releaseId: string,
  position: number,
  answer: Answer,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE lobml.release_steps SET state = 'pending', answered = $3, problem = NULL
     WHERE release_id = $1 AND position = $2 AND state = 'unclear'`,
    [releaseId, position, JSON.stringify(answer)],
  );
  if (rowCount === 1) await resume(client, releaseId);
  return rowCount === 1;
}

async function writeRetry(client: Queryable, releaseId: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE lobml.release_steps s SET state = 'pending', answered = NULL, problem = NULL, finished_at = NULL
     FROM lobml.releases r WHERE s.release_id = $1 AND r.release_id = $1 AND r.state = 'needs_person'
       AND s.kind = 'revert' AND s.state = 'failed'`,
    [releaseId],
  );
  if (rowCount === 0) return false;
  await resume(client, releaseId);
  return true;
}

async function writeLook(client: Queryable, releaseId: string, answer: Answer): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE lobml.release_steps s SET answered = $2
     FROM lobml.releases r WHERE s.release_id = $1 AND r.release_id = $1 AND r.state = 'needs_person'
       AND (s.state = 'unclear' OR (s.kind = 'revert' AND s.state = 'failed'))`,
    [releaseId, JSON.stringify(answer)],
  );
  return rowCount !== 0;
}
