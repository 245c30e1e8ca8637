import type { Queryable } from '../queryable.js';

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
