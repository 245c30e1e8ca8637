import { z } from 'zod';
import { instantSchema } from '../check-run-schema.js';
import type { Queryable } from '../queryable.js';
import type { CheckRunSummary } from './check-run-row.js';

const rowSchema = z.object({ runId: z.uuid(), startedAt: instantSchema });

/** Where a run stands in the history, without reading the run. @param runId a UUID */
export async function selectRunPlace(
  database: Queryable,
  runId: string,
): Promise<Pick<CheckRunSummary, 'startedAt' | 'runId'> | undefined> {
  const { rows } = await database.query(
    'SELECT run_id AS "runId", started_at AS "startedAt" FROM lobml.check_runs WHERE run_id = $1',
    [runId],
  );
  return rowSchema.optional().parse(rows[0]);
}
