import { z } from 'zod';
import { CHART_TYPES, type ChartFigures } from './chart.js';
import {
  BASELINE_BASES,
  type CheckResult,
  type ObservedValue,
  type Person,
  WINDOW_BASES,
} from './check-run.js';
import { CRITERION_KINDS, type CriterionResult } from './criterion.js';
import { CHECK_MODES, OUTCOMES, RUN_KINDS } from './outcome.js';
import { REASON_CODES } from './reason.js';
import { VERDICTS } from './verdict.js';

/** What the database hands back is read as strictly as what a stranger sends. */
export const runKindSchema = z.enum(RUN_KINDS);
export const verdictSchema = z.enum(VERDICTS);
export const outcomeCountsSchema = z.partialRecord(z.enum(OUTCOMES), z.number().int());

/** `timestamptz`, as the driver hands it on, as RFC 3339. */
export const instantSchema = z.date().transform((instant) => instant.toISOString());

export const personSchema: z.ZodType<Person> = z.object({
  id: z.string(),
  name: z.string(),
  surface: z.enum(['slack', 'terminal']),
});

const localizedSchema = z.object({ en: z.string(), 'zh-CN': z.string() });

const observedValueSchema: z.ZodType<ObservedValue> = z.json();

const evidenceSchema = z.object({
  probe: z.string().regex(/^[a-z][a-z_]*$/),
  sql: z.string().exactOptional(),
  parameters: z.array(observedValueSchema).exactOptional(),
  sha256: z.string().exactOptional(),
  hosts: z.array(z.string()).exactOptional(),
  window: z
    .object({
      from: z.string(),
      to: z.string(),
      basis: z.enum(WINDOW_BASES).exactOptional(),
      hostsWithoutStart: z.array(z.string()).exactOptional(),
    })
    .exactOptional(),
  baseline: z
    .object({
      from: z.string(),
      to: z.string(),
      basis: z.enum(BASELINE_BASES),
      runId: z.string().exactOptional(),
    })
    .exactOptional(),
  onDemand: z.array(z.string()).exactOptional(),
});

const reasonSchema = z.object({
  code: z.enum(REASON_CODES),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())])).exactOptional(),
});

export const checkResultSchema: z.ZodType<CheckResult> = z.object({
  id: z.string(),
  section: z.string(),
  title: localizedSchema,
  mode: z.enum(CHECK_MODES),
  outcome: z.enum(OUTCOMES),
  reason: reasonSchema,
  says: z.array(localizedSchema),
  remedy: localizedSchema.exactOptional(),
  observed: z.array(z.record(z.string(), observedValueSchema)),
  expected: z.string(),
  evidence: evidenceSchema,
  observedAt: z.string(),
  durationMs: z.number(),
  reusedFrom: z.object({ runId: z.string(), kind: runKindSchema }).exactOptional(),
});

export const criterionSchema: z.ZodType<CriterionResult> = z.object({
  id: z.string(),
  kind: z.enum(CRITERION_KINDS),
  title: localizedSchema,
  checks: z.array(z.string()),
  outcome: z.enum(OUTCOMES),
});

export const chartSchema: z.ZodType<ChartFigures> = z.object({
  id: z.string(),
  title: localizedSchema,
  type: z.enum(CHART_TYPES),
  xLabel: localizedSchema,
  yLabel: localizedSchema,
  categories: z.array(z.string()),
  series: z.array(
    z.object({ name: z.string(), title: localizedSchema.optional(), values: z.array(z.number()) }),
  ),
});
