import { z } from 'zod';
import type { CheckRun } from '../../domain/check-run.js';
import type { Queryable } from '../queryable.js';

export interface PassedWindowsRequest extends Pick<CheckRun, 'strategy' | 'target'> {
  /** Runs that were started since then. */
  readonly since: Date;
  readonly limit: number;
}

const rowSchema = z.object({ runId: z.string(), from: z.coerce.date(), to: z.coerce.date() });
export type PassedWindowRow = z.infer<typeof rowSchema>;

/**
 * The windows of runs that looked at one and passed, newest first: GO, or GO WITH WARNINGS of which somebody has
 * acknowledged each. A later run that judged a part of the same window worse revokes it.
 */
export async function selectPassedWindows(
  database: Queryable,
  { strategy, target, since, limit }: PassedWindowsRequest,
): Promise<readonly PassedWindowRow[]> {
  const { rows } = await database.query(
    `SELECT r.run_id AS "runId", w.seen->>'from' AS "from", w.seen->>'to' AS "to"
     FROM lobml.check_runs AS r
     CROSS JOIN LATERAL (
       SELECT c.result->'evidence'->'window' AS seen FROM json_array_elements(r.checks) AS c(result)
       WHERE c.result->'evidence'->'window'->>'from' IS NOT NULL LIMIT 1) AS w
     WHERE r.strategy = $1 AND r.target = $2 AND r.started_at >= $3
       AND NOT r.planned AND NOT r.partial
       AND r.kind IN ('verify', 'gonogo') AND r.verdict IN ('GO', 'GO_WITH_WARNINGS')
       AND NOT EXISTS (
         SELECT FROM json_array_elements(r.checks) AS c(result)
         WHERE c.result->>'outcome' = 'WARN' AND c.result->>'mode' = 'deciding' AND NOT EXISTS (
           SELECT FROM lobml.warning_acknowledgements AS a
           WHERE a.run_id = r.run_id AND a.check_id = c.result->>'id'))
       AND NOT EXISTS (
         SELECT FROM lobml.check_runs AS later
         CROSS JOIN LATERAL json_array_elements(later.checks) AS c(result)
         WHERE later.strategy = r.strategy AND later.target = r.target
           AND later.started_at > r.started_at AND later.started_at < r.started_at + INTERVAL '1 day'
           AND NOT later.planned AND NOT later.partial
           AND later.kind IN ('verify', 'gonogo') AND later.verdict IN ('NO_GO', 'HOLD')
           AND (c.result->'evidence'->'window'->>'from')::timestamptz < (w.seen->>'to')::timestamptz)
     ORDER BY r.started_at DESC, r.run_id DESC LIMIT $4`,
    [strategy, target, since, limit],
  );
  return z.array(rowSchema).parse(rows);
}
