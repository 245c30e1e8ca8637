import { z } from 'zod';
import { type KnownGoodRelease, knownGoodSchema } from '../../release/known-good.js';
import type { Queryable } from '../queryable.js';

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
