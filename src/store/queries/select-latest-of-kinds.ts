import { z } from 'zod';
import type { CheckRun } from '../../domain/check-run.js';
import { RUN_KINDS } from '../../domain/outcome.js';
import type { Queryable } from '../queryable.js';
import { type CheckRunSummary, SUMMARY_COLUMNS, summaryRowSchema } from './check-run-row.js';

/** The newest run of each kind over all of a target as it stood, one descent of the index a kind; a kind that never ran is left out. */
export async function selectLatestOfKinds(
  database: Queryable,
  { strategy, target }: Pick<CheckRun, 'strategy' | 'target'>,
): Promise<readonly CheckRunSummary[]> {
  const { rows } = await database.query(
    `SELECT latest.* FROM unnest($3::text[]) WITH ORDINALITY AS wanted (kind, place)
     CROSS JOIN LATERAL (
       SELECT ${SUMMARY_COLUMNS}, outcome_counts AS "outcomeCounts" FROM lobml.check_runs runs
       WHERE runs.strategy = $1 AND runs.target = $2 AND runs.kind = wanted.kind
         AND NOT runs.planned AND NOT runs.partial
       ORDER BY runs.started_at DESC, runs.run_id DESC LIMIT 1) latest
     ORDER BY wanted.place`,
    [strategy, target, RUN_KINDS],
  );
  return z.array(summaryRowSchema).parse(rows);
}
