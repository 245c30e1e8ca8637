import { z } from 'zod';
import type { Queryable } from '../queryable.js';
import { type CheckRunSummary, SUMMARY_COLUMNS, summaryRowSchema } from './check-run-row.js';

export interface CheckRunPageRequest {
  readonly strategy: string;
  /** All targets unless told. */
  readonly target?: string;
  /** The last line of the page before; the newest runs unless told. */
  readonly before?: Pick<CheckRunSummary, 'startedAt' | 'runId'>;
  /** The first line of the page after: the runs just newer than it, newest first as well. */
  readonly after?: Pick<CheckRunSummary, 'startedAt' | 'runId'>;
  readonly limit: number;
}

/** Newest first. Each page starts where the one before ended, so its cost does not grow with the history. */
export async function selectCheckRunPage(
  database: Queryable,
  { strategy, target, before, after, limit }: CheckRunPageRequest,
): Promise<readonly CheckRunSummary[]> {
  const values: unknown[] = [strategy, limit];
  const conditions = ['strategy = $1', 'NOT planned', 'NOT partial'];
  // Conditions that are left out, not made optional: `$3 IS NULL OR …` would keep the planner off the index.
  if (target !== undefined) conditions.push(`target = $${values.push(target)}`);
  if (before !== undefined) {
    const startedAt = values.push(before.startedAt);
    conditions.push(`(started_at, run_id) < ($${startedAt}, $${values.push(before.runId)})`);
  }
  if (after !== undefined) {
    const startedAt = values.push(after.startedAt);
    conditions.push(`(started_at, run_id) > ($${startedAt}, $${values.push(after.runId)})`);
  }
  const order = after === undefined ? 'DESC' : 'ASC';
  const { rows } = await database.query(
    `SELECT ${SUMMARY_COLUMNS}, outcome_counts AS "outcomeCounts" FROM lobml.check_runs
     WHERE ${conditions.join(' AND ')}
     ORDER BY started_at ${order}, run_id ${order} LIMIT $2`,
    values,
  );
  const runs = z.array(summaryRowSchema).parse(rows);
  return after === undefined ? runs : runs.toReversed();
}
