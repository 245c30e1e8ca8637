import type { ReleaseRecord } from '../../release/engine/release-record.js';
import type { Queryable } from '../queryable.js';

export type LockTaken =
  | { readonly kind: 'taken' }
  | { readonly kind: 'target_locked'; readonly by: string; readonly reason: string; readonly since: string }
  | { readonly kind: 'other_release_holds_lock'; readonly releaseId: string };

interface LockRow {
  readonly kind: 'person' | 'release';
  readonly releaseId: string | null;
  readonly by: string;
  readonly reason: string;
  readonly since: Date;
}

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
     WHERE NOT EXISTS (SELECT FROM lobml.locks WHERE strategy = $1 AND target = $2 AND kind = 'person')
     ON CONFLICT (strategy, target, kind) DO NOTHING`,
    [strategy, target, JSON.stringify(requestedBy), releaseId, now],
  );
  const { rows } = await database.query<LockRow>(
    `SELECT kind, release_id AS "releaseId", holder->>'name' AS by, reason, taken_at AS since
     FROM lobml.locks WHERE strategy = $1 AND target = $2`,
    [strategy, target],
  );
  const held = rows.find((row) => row.kind === 'release');
  if (held?.releaseId === releaseId) return { kind: 'taken' };
  const person = rows.find((row) => row.kind === 'person');
  if (person !== undefined) {
    return { kind: 'target_locked', by: person.by, reason: person.reason, since: person.since.toISOString() };
  }
  return { kind: 'other_release_holds_lock', releaseId: held?.releaseId ?? '' };
}
