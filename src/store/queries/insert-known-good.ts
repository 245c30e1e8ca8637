import type { KnownGoodHost } from '../../release/known-good.js';
import type { Queryable } from '../queryable.js';

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
