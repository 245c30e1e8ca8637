import { z } from 'zod';
import { localizedSchema } from './localized.js';
import type { ValueOf } from './value-of.js';

/** Slack's bounds on one chart (`data_visualization`). */
export const CHART_LIMITS = { series: 6, points: 20, name: 20, title: 50 } as const;

const chartSeriesSchema = z.object({
  name: z.string(),
  /** How it is called to people; without one, by its name. */
  title: localizedSchema.optional(),
  /** One for each category. */
  values: z.array(z.number()),
});

/** A chart's figures as they were read, kept with the run: drawn again they are the same. */
export const chartSchema = z.object({
  id: z.string(),
  title: localizedSchema,
  type: z.enum(['line', 'area', 'bar']),
  xLabel: localizedSchema,
  yLabel: localizedSchema,
  /** The labels along the x axis, each once. */
  categories: z.array(z.string()),
  series: z.array(chartSeriesSchema),
});
export type ChartFigures = ValueOf<typeof chartSchema>;
