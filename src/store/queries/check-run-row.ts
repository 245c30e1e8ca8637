import { z } from 'zod';
import type { CheckRun } from '../../domain/check-run.js';
import type { Outcome } from '../../domain/outcome.js';
import {
  chartSchema,
  checkResultSchema,
  criterionSchema,
  instantSchema,
  outcomeCountsSchema,
  personSchema,
  runKindSchema,
  verdictSchema,
} from '../check-run-schema.js';

/** A run as a line of the history: everything but its checks. */
export interface CheckRunSummary extends Omit<CheckRun, 'checks' | 'criteria' | 'charts'> {
  /** How many checks ended how; an outcome that no check had is left out. */
  readonly outcomeCounts: Readonly<Partial<Record<Outcome, number>>>;
}

export const SUMMARY_COLUMNS = `run_id AS "runId", strategy, target, kind, verdict,
  requested_by AS "requestedBy", started_at AS "startedAt", as_of AS "asOf", valid_until AS "validUntil",
  duration_ms AS "durationMs", runbook_sha256 AS "runbookSha256"`;

const commonShape = {
  runId: z.uuid(),
  strategy: z.string(),
  target: z.string(),
  kind: runKindSchema,
  verdict: verdictSchema,
  requestedBy: personSchema,
  startedAt: instantSchema,
  asOf: instantSchema,
  validUntil: instantSchema,
  durationMs: z.number(),
  runbookSha256: z.string(),
};

export const summaryRowSchema = z.object({ ...commonShape, outcomeCounts: outcomeCountsSchema });
/** What a whole run has beyond its line of the history. */
export const WHOLE_RUN_COLUMNS = `${SUMMARY_COLUMNS}, checks, criteria, charts, planned, partial`;

export const checkRunRowSchema = z
  .object({
    ...commonShape,
    checks: z.array(checkResultSchema),
    criteria: z.array(criterionSchema).nullable(),
    charts: z.array(chartSchema).nullable(),
    planned: z.boolean(),
    partial: z.boolean(),
  })
  .transform(
    ({ criteria, charts, planned, partial, ...run }): CheckRun => ({
      ...run,
      ...(criteria === null ? {} : { criteria }),
      ...(charts === null ? {} : { charts }),
      ...(planned ? { planned } : {}),
      ...(partial ? { partial } : {}),
    }),
  );
