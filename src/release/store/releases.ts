import { z } from 'zod';
import type { ReleasePlan } from '../../domain/release-plan.js';
import { type ReleaseRecord, releaseRecordSchema } from '../../domain/release-record.js';
import { LIVE_RELEASE_STATES, RELEASE_STATES, type ReleaseState } from '../../domain/release-state.js';
import type { PlannedStep } from '../../domain/release-steps.js';
import { type Incident, incidentSchema } from '../../domain/request-view.js';
import type { TargetSubject } from '../../domain/target-subject.js';
import type { Queryable } from '../../store/queryable.js';
import { LOCK_STANDS, lockFacts, selectLock } from './locks.js';

interface NewRelease {
  readonly releaseId: string;
  readonly requestId: string;
  readonly plan: ReleasePlan;
  readonly steps: readonly PlannedStep[];
  readonly startedAt: Date;
  readonly confirmBy: Date;
}

/**
 * Writes a release and its steps, all pending. False, and nothing written, where the request has its release already
 * or another release of the target is still at work.
 */
export async function insertRelease(database: Queryable, release: NewRelease): Promise<boolean> {
  const { releaseId, requestId, plan, steps, startedAt, confirmBy } = release;
  const { rowCount } = await database.query(
    `INSERT INTO lobml.releases (release_id, request_id, strategy, target, state, plan, started_at, confirm_by)
     VALUES ($1, $2, $3, $4, 'running', $5, $6, $7) ON CONFLICT DO NOTHING`,
    [releaseId, requestId, plan.strategy, plan.target, JSON.stringify(plan), startedAt, confirmBy],
  );
  if (rowCount !== 1) return false;
  await database.query(
    `INSERT INTO lobml.release_steps (release_id, position, kind, host, checkpoint, state)
     SELECT $1, s.position, s.kind, s.host, s.checkpoint, 'pending'
     FROM json_to_recordset($2) AS s(position integer, kind text, host text, checkpoint double precision)`,
    [releaseId, JSON.stringify(steps)],
  );
  return true;
}

/** A halt of the target that goes on, or that was asked for after this moment. */
export async function selectHaltInTheWay(
  database: Queryable,
  { strategy, target }: TargetSubject,
  since: string,
): Promise<{ readonly by: string; readonly since: string } | undefined> {
  const { rows } = await database.query<{ readonly by: string; readonly since: Date }>(
    `SELECT requested_by->>'name' AS by, requested_at AS since FROM lobml.halts
     WHERE strategy = $1 AND target = $2 AND (ended_at IS NULL OR requested_at > $3)
     ORDER BY requested_at DESC LIMIT 1`,
    [strategy, target, since],
  );
  return rows.map((row) => ({ by: row.by, since: row.since.toISOString() }))[0];
}

const COLUMNS = `halt_id AS "haltId", requested_by AS by, requested_at AS at`;

/** The newest ended halt of a target that no confirmed release has followed yet. */
export async function selectOpenIncident(
  database: Queryable,
  strategy: string,
  target: string,
): Promise<Incident | undefined> {
  const { rows } = await database.query(
    `SELECT ${COLUMNS} FROM lobml.halts
     WHERE strategy = $1 AND target = $2 AND ended_at IS NOT NULL
       AND requested_at > COALESCE((SELECT max(confirmed_at) FROM lobml.known_good_releases
                                    WHERE strategy = $1 AND target = $2), '-infinity')
     ORDER BY requested_at DESC LIMIT 1`,
    [strategy, target],
  );
  return z.array(incidentSchema).parse(rows)[0];
}

export async function selectIncident(database: Queryable, haltId: string): Promise<Incident | undefined> {
  const { rows } = await database.query(`SELECT ${COLUMNS} FROM lobml.halts WHERE halt_id = $1`, [haltId]);
  return z.array(incidentSchema).parse(rows)[0];
}

const releaseOutcomeSchema = z.object({ state: z.enum(RELEASE_STATES) });

/** What has become of the release that a request led to; undefined: it never started. @param requestId a UUID */
export async function selectReleaseOutcome(
  database: Queryable,
  requestId: string,
): Promise<ReleaseState | undefined> {
  const { rows } = await database.query('SELECT state FROM lobml.releases WHERE request_id = $1', [
    requestId,
  ]);
  return releaseOutcomeSchema.optional().parse(rows[0])?.state;
}

/** The release of a target that may still act on its hosts; there is one at most. */
export async function selectLiveReleaseId(
  database: Queryable,
  strategy: string,
  target: string,
): Promise<string | undefined> {
  const { rows } = await database.query<{ releaseId: string }>(
    `SELECT release_id AS "releaseId" FROM lobml.releases WHERE strategy = $1 AND target = $2 AND state = ANY($3)`,
    [strategy, target, LIVE_RELEASE_STATES],
  );
  return rows[0]?.releaseId;
}

/** The release of a target that has not ended: also one that is still being turned off. */
export async function selectOpenReleaseId(
  database: Queryable,
  strategy: string,
  target: string,
): Promise<string | undefined> {
  const { rows } = await database.query<{ releaseId: string }>(
    `SELECT release_id AS "releaseId" FROM lobml.releases
     WHERE strategy = $1 AND target = $2 AND ended_at IS NULL ORDER BY started_at DESC LIMIT 1`,
    [strategy, target],
  );
  return rows[0]?.releaseId;
}

/** One statement, so that release and steps agree with each other. @param releaseId a UUID */
export async function selectRelease(
  database: Queryable,
  releaseId: string,
): Promise<ReleaseRecord | undefined> {
  const { rows } = await database.query(
    `SELECT r.release_id AS "releaseId", r.request_id AS "requestId", r.strategy, r.target, q.kind,
       q.requested_by AS "requestedBy", r.state, r.plan, r.epoch, r.cancel_requested AS "cancelRequested", r.confirmation,
       r.given_up AS "givenUp", r.problem,
       r.started_at AS "startedAt", r.confirm_by AS "confirmBy", r.ended_at AS "endedAt", r.resolved,
       COALESCE((SELECT json_agg(json_build_object('position', s.position, 'kind', s.kind, 'host', s.host,
         'checkpoint', s.checkpoint, 'state', s.state, 'attempts', s.attempts, 'before', s.before, 'after', s.after,
         'problem', s.problem, 'answered', s.answered, 'attemptedAt', s.attempted_at, 'startedAt', s.started_at, 'finishedAt', s.finished_at)
         ORDER BY s.position) FROM lobml.release_steps s WHERE s.release_id = r.release_id), '[]') AS steps
     FROM lobml.releases r JOIN lobml.release_requests q USING (request_id)
     WHERE r.release_id = $1`,
    [releaseId],
  );
  return releaseRecordSchema.optional().parse(rows[0]);
}

type LockTaken =
  | { readonly kind: 'taken' }
  | { readonly kind: 'target_locked'; readonly facts: Readonly<Record<string, string>> }
  | { readonly kind: 'other_release_holds_lock'; readonly facts: { readonly releaseId: string } };

/**
 * Takes the target for a release; taken twice by the same release it is taken once. A person's lock keeps every deploy
 * away, also one that breaks the glass.
 */
export async function takeReleaseLock(
  database: Queryable,
  release: Pick<ReleaseRecord, 'releaseId' | 'strategy' | 'target' | 'requestedBy'>,
  now: Date,
): Promise<LockTaken> {
  const { releaseId, strategy, target, requestedBy } = release;
  await database.query(
    `INSERT INTO lobml.locks (strategy, target, kind, holder, release_id, reason, taken_at)
     SELECT $1, $2, 'release', $3, $4, '', $5
     WHERE NOT EXISTS (SELECT FROM lobml.locks WHERE strategy = $1 AND target = $2 AND kind = 'person' AND ${LOCK_STANDS})
     ON CONFLICT (strategy, target, kind) DO NOTHING`,
    [strategy, target, JSON.stringify(requestedBy), releaseId, now],
  );
  const { rows } = await database.query<{ readonly releaseId: string }>(
    `SELECT release_id AS "releaseId" FROM lobml.locks WHERE strategy = $1 AND target = $2 AND kind = 'release'`,
    [strategy, target],
  );
  const holder = rows[0]?.releaseId ?? '';
  if (holder === releaseId) return { kind: 'taken' };
  const lock = await selectLock(database, strategy, target);
  return lock === undefined
    ? { kind: 'other_release_holds_lock', facts: { releaseId: holder } }
    : { kind: 'target_locked', facts: lockFacts(lock) };
}
