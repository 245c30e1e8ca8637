import { z } from 'zod';
import { touchedHosts } from '../../domain/release-course.js';
import type { TargetSubject } from '../../domain/target-subject.js';
import { type ModelMemory, type WithdrawnModel, withdrawnModelSchema } from '../../domain/withdrawn-model.js';
import type { Queryable } from '../../store/queryable.js';
import { selectRelease } from './releases.js';

/** The models of a strategy that were rolled back or halted, on whichever target, and not confirmed there since. */
export async function selectWithdrawnModels(
  database: Queryable,
  strategy: string,
): Promise<readonly WithdrawnModel[]> {
  const { rows } = await database.query(
    `WITH withdrawn AS (
       SELECT target, plan->'model'->>'sha256' AS sha256, 'halted' AS how, cancel_requested->'by' AS by,
         (cancel_requested->>'at')::timestamptz AS at
       FROM lobml.releases
       WHERE strategy = $1 AND state = 'halted' AND cancel_requested IS NOT NULL
         AND plan->'model'->>'sha256' IS NOT NULL
       UNION ALL
       SELECT target, sha256, 'rolled_back', requested_by, requested_at
       FROM lobml.halts, json_array_elements_text(record->'halt'->'replaced') AS sha256
       WHERE strategy = $1 AND kind = 'previous_model'
     )
     SELECT DISTINCT ON (target, sha256) target, sha256, how, by, at FROM withdrawn w
     WHERE NOT EXISTS (
       SELECT FROM lobml.known_good_releases k, json_array_elements(k.hosts) AS host
       WHERE k.strategy = $1 AND k.target = w.target AND k.confirmed_at > w.at
         AND host->'model'->>'sha256' = w.sha256)
     ORDER BY target, sha256, at DESC`,
    [strategy],
  );
  return z.array(withdrawnModelSchema).parse(rows);
}

/** What *Previous model* must know of its target. */
export async function selectModelMemory(
  database: Queryable,
  { strategy, target }: TargetSubject,
): Promise<ModelMemory> {
  const withdrawn = await selectWithdrawnModels(database, strategy);
  const { rows } = await database.query<{ releaseId: string }>(
    `SELECT release_id AS "releaseId" FROM lobml.releases r
     WHERE strategy = $1 AND target = $2 AND state IN ('running', 'watching', 'needs_person', 'halted', 'disabled')
       AND NOT EXISTS (SELECT FROM lobml.releases later
                       WHERE later.strategy = $1 AND later.target = $2 AND later.started_at > r.started_at)
       AND NOT EXISTS (SELECT FROM lobml.halts
                       WHERE strategy = $1 AND target = $2 AND kind = 'previous_model' AND requested_at > r.started_at)
     ORDER BY started_at DESC LIMIT 1`,
    [strategy, target],
  );
  const release = rows[0] && (await selectRelease(database, rows[0].releaseId));
  return {
    withdrawn: withdrawn.filter((model) => model.target === target),
    touched: release && touchedHosts({ ...release, givenUp: [] }),
  };
}
