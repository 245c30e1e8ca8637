import { z } from 'zod';
import { instantSchema } from '../../domain/instant.js';
import { knownGoodSchema } from '../../domain/known-good.js';
import { RUN_KINDS } from '../../domain/outcome.js';
import type { TargetEvent } from '../../domain/promotion.js';
import type { TargetSubject } from '../../domain/target-subject.js';
import type { Queryable } from '../../store/queryable.js';

const rowsSchema = z.array(
  z.object({
    what: z.enum(['confirmed', 'release_began', 'release_undone', 'halted', 'no_go']),
    at: instantSchema,
    hosts: knownGoodSchema.shape.hosts.nullable(),
    /** The kind of the halt, or of the run. */
    kind: z.string().nullable(),
  }),
);
const runKind = z.enum(RUN_KINDS);

/** The last moment of one tick is the end of what was before: what speaks against a model goes before what speaks for it. */
const ORDER = ['no_go', 'halted', 'release_undone', 'release_began', 'confirmed'];

/**
 * What has happened on a target since the model was first confirmed there, in the order of time. A plan's run says
 * nothing about what stands.
 * @param versionVariable the one, with its prefix, whose value the orders carry
 */
export async function selectTargetEvents(
  database: Queryable,
  { strategy, target }: TargetSubject,
  sha256: string,
  versionVariable: string | undefined,
): Promise<readonly TargetEvent[]> {
  const { rows } = await database.query(
    `WITH first AS (
       SELECT MIN(k.confirmed_at) AS at FROM lobml.known_good_releases k, json_array_elements(k.hosts) h
       WHERE k.strategy = $1 AND k.target = $2 AND h->'model'->>'sha256' = $3
     )
     SELECT 'confirmed' AS what, confirmed_at AS at, hosts, NULL AS kind FROM lobml.known_good_releases, first
     WHERE strategy = $1 AND target = $2 AND confirmed_at >= first.at
     UNION ALL
     SELECT 'release_began', started_at, NULL, NULL FROM lobml.releases, first
     WHERE strategy = $1 AND target = $2 AND started_at >= first.at
     UNION ALL
     SELECT 'release_undone', ended_at, NULL, NULL FROM lobml.releases, first
     WHERE strategy = $1 AND target = $2 AND started_at >= first.at AND ended_at IS NOT NULL
       AND state IN ('reverted', 'cancelled')
     UNION ALL
     SELECT 'halted', requested_at, NULL, kind FROM lobml.halts, first
     WHERE strategy = $1 AND target = $2 AND requested_at >= first.at
     UNION ALL
     SELECT 'no_go', started_at, NULL, kind FROM lobml.check_runs, first
     WHERE strategy = $1 AND target = $2 AND started_at >= first.at AND verdict = 'NO_GO' AND NOT planned
     ORDER BY at`,
    [strategy, target, sha256],
  );
  return rowsSchema
    .parse(rows)
    .toSorted((a, b) => a.at.localeCompare(b.at) || ORDER.indexOf(a.what) - ORDER.indexOf(b.what))
    .map(({ what, at, hosts, kind }): TargetEvent => {
      switch (what) {
        case 'confirmed':
          return {
            kind: what,
            at,
            sha256s: hosts?.map(({ model }) => model?.sha256 ?? '') ?? [],
            version: versionVariable === undefined ? undefined : hosts?.[0]?.variables[versionVariable],
          };
        case 'halted':
          return { kind: what, at, isRolledBack: kind === 'previous_model' };
        case 'no_go':
          return { kind: what, at, run: runKind.parse(kind) };
        default:
          return { kind: what, at };
      }
    });
}
