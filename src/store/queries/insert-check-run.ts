import type { CheckRun } from '../../domain/check-run.js';
import type { Outcome } from '../../domain/outcome.js';
import type { Queryable } from '../queryable.js';

/** Stores a finished run. Storing the same run twice (a retry) changes nothing. */
export async function insertCheckRun(database: Queryable, run: CheckRun): Promise<void> {
  await database.query(
    `INSERT INTO lobml.check_runs (run_id, strategy, target, kind, verdict, requested_by, started_at, as_of,
       valid_until, duration_ms, runbook_sha256, outcome_counts, checks, criteria, charts, planned, partial)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
     ON CONFLICT (run_id) DO NOTHING`,
    [
      run.runId,
      run.strategy,
      run.target,
      run.kind,
      run.verdict,
      JSON.stringify(run.requestedBy),
      toInstant(run.startedAt),
      toInstant(run.asOf),
      toInstant(run.validUntil),
      run.durationMs,
      run.runbookSha256,
      JSON.stringify(countOutcomes(run)),
      JSON.stringify(run.checks),
      run.criteria === undefined ? null : JSON.stringify(run.criteria),
      run.charts === undefined ? null : JSON.stringify(run.charts),
      run.planned ?? false,
      run.partial ?? false,
    ],
  );
}

/** Whole milliseconds in UTC: what comes back from the database is the same text. */
function toInstant(text: string): string {
  return new Date(text).toISOString();
}

function countOutcomes(run: CheckRun): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of run.checks) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
