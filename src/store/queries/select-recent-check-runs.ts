import { z } from 'zod';
import type { CheckRun } from '../../domain/check-run.js';
import type { Queryable } from '../queryable.js';
import { checkRunRowSchema, WHOLE_RUN_COLUMNS } from './check-run-row.js';

export interface RecentRunsRequest extends Pick<CheckRun, 'strategy' | 'target' | 'runbookSha256'> {
  readonly since: Date;
  readonly limit: number;
}

/** Whole runs over all of a target as it stood, under one version of the runbook, started since then, newest first. */
export async function selectRecentCheckRuns(
  database: Queryable,
  { strategy, target, runbookSha256, since, limit }: RecentRunsRequest,
): Promise<readonly CheckRun[]> {
  const { rows } = await database.query(
    `SELECT ${WHOLE_RUN_COLUMNS} FROM lobml.check_runs
     WHERE strategy = $1 AND target = $2 AND started_at >= $3 AND runbook_sha256 = $4
       AND NOT planned AND NOT partial
     ORDER BY started_at DESC, run_id DESC LIMIT $5`,
    [strategy, target, since, runbookSha256, limit],
  );
  return z.array(checkRunRowSchema).parse(rows);
}
