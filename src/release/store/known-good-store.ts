import { z } from 'zod';
import type { KnownGoodHost } from '../../domain/known-good.js';
import { type KnownGoodRelease, knownGoodSchema } from '../../domain/known-good.js';
import type { Queryable } from '../../store/queryable.js';

/** The confirmed releases of a target whose artefacts are still kept, newest first. */
export async function selectKnownGood(
  database: Queryable,
  { strategy, target }: { readonly strategy: string; readonly target: string },
): Promise<readonly KnownGoodRelease[]> {
  const { rows } = await database.query(
    `SELECT release_id AS "releaseId", strategy, target, hosts, confirmed_at AS "confirmedAt", pruned_at AS "prunedAt"
     FROM lobml.known_good_releases WHERE strategy = $1 AND target = $2 AND pruned_at IS NULL
     ORDER BY confirmed_at DESC, release_id`,
    [strategy, target],
  );
  return z.array(knownGoodSchema).parse(rows);
}

/** Within the transaction that confirms the release; written twice it stays as it was. */
export async function insertKnownGood(
  database: Queryable,
  releaseId: string,
  hosts: readonly KnownGoodHost[],
  now: Date,
): Promise<void> {
  await database.query(
    `INSERT INTO lobml.known_good_releases (release_id, strategy, target, hosts, confirmed_at)
     SELECT release_id, strategy, target, $2, $3 FROM lobml.releases WHERE release_id = $1
     ON CONFLICT (release_id) DO NOTHING`,
    [releaseId, JSON.stringify(hosts), now],
  );
}

/** Before the files go: a release that is marked is never gone back to, whatever happens to its files. */
export async function markKnownGoodPruned(
  database: Queryable,
  releaseIds: readonly string[],
  now: Date,
): Promise<void> {
  await database.query(
    `UPDATE lobml.known_good_releases SET pruned_at = $2 WHERE release_id = ANY($1) AND pruned_at IS NULL`,
    [releaseIds, now],
  );
}
