import type { CheckRun } from '../../domain/check-run.js';
import type { Queryable } from '../queryable.js';
import { checkRunRowSchema, WHOLE_RUN_COLUMNS } from './check-run-row.js';

/** @param runId a UUID */
export async function selectCheckRun(database: Queryable, runId: string): Promise<CheckRun | undefined> {
  const { rows } = await database.query(
    `SELECT ${WHOLE_RUN_COLUMNS} FROM lobml.check_runs WHERE run_id = $1`,
    [runId],
  );
  return checkRunRowSchema.optional().parse(rows[0]);
}
