import { z } from 'zod';
import { CHART_LIMITS, chartSchema } from '../domain/chart.js';
import { criterionSchema } from '../domain/criterion.js';
import type { ShapeFault } from '../domain/file-fault.js';
import { RUN_KINDS } from '../domain/outcome.js';

/** The parts of a runbook file that no check owns: the criteria of the decision, and the charts of the reports. */

const localized = z.strictObject({ en: z.string().min(1), 'zh-CN': z.string().min(1) });
const chartTitle = z.string().min(1).max(CHART_LIMITS.title);
const localizedTitle = z.strictObject({ en: chartTitle, 'zh-CN': chartTitle });
const chartName = z.string().min(1).max(CHART_LIMITS.name);
const localizedName = z.strictObject({ en: chartName, 'zh-CN': chartName });
const id = z.string().regex(/^[a-z][a-z0-9_]*$/, 'criterion_id_shape' satisfies ShapeFault);

export const criterionSourceSchema = z.strictObject({
  id,
  kind: criterionSchema.shape.kind,
  title: localized,
  checks: z.array(z.string()).min(1),
});

export const chartSourceSchema = z.strictObject({
  id,
  title: localizedTitle,
  kind: z.array(z.enum(RUN_KINDS)).min(1),
  type: chartSchema.shape.type,
  xLabel: localizedTitle,
  yLabel: localizedTitle,
  /** How the values of `series` are called to people; one that is missing is shown as it is. */
  seriesTitles: z.record(z.string(), localizedName).default({}),
  /** One row a point: `label` (text, along the x axis), `series` (text) and `value` (number), in drawing order. */
  sql: z.string().min(1),
  timeoutMs: z.number().int().min(50).max(5_000).default(3_000),
});

export type CriterionSource = z.infer<typeof criterionSourceSchema>;
export type ChartSource = z.infer<typeof chartSourceSchema>;
