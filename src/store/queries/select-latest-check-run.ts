import type { CheckRun } from '../../domain/check-run.js';
import type { Queryable } from '../queryable.js';
import { checkRunRowSchema, WHOLE_RUN_COLUMNS } from './check-run-row.js';

export type RunSubject = Pick<CheckRun, 'strategy' | 'target' | 'kind'>;

/**
 * The run that was started last, whatever its verdict: a later worse one revokes an earlier GO. Runs that judge a
 * release's plan say nothing about what stands, and are left out.
 */
export async function selectLatestCheckRun(
  database: Queryable,
  { strategy, target, kind }: RunSubject,
): Promise<CheckRun | undefined> {
  const { rows } = await database.query(
    `SELECT ${WHOLE_RUN_COLUMNS} FROM lobml.check_runs
     WHERE strategy = $1 AND target = $2 AND kind = $3 AND NOT planned AND NOT partial
     ORDER BY started_at DESC, run_id DESC LIMIT 1`,
    [strategy, target, kind],
  );
  return checkRunRowSchema.optional().parse(rows[0]);
}
