import type { Localized } from './localized.js';

/** The kinds of chart that a report can hold. */
export const CHART_TYPES = ['line', 'area', 'bar'] as const;
type ChartType = (typeof CHART_TYPES)[number];

/** Slack's bounds on one chart (`data_visualization`). */
export const CHART_LIMITS = { series: 6, points: 20, name: 20, title: 50 } as const;

/** A chart's figures as they were read, kept with the run: drawn again they are the same. */
export interface ChartFigures {
  readonly id: string;
  readonly title: Localized;
  readonly type: ChartType;
  readonly xLabel: Localized;
  readonly yLabel: Localized;
  /** The labels along the x axis, each once. */
  readonly categories: readonly string[];
  readonly series: readonly ChartSeries[];
}

interface ChartSeries {
  readonly name: string;
  /** How it is called to people; without one, by its name. */
  readonly title?: Localized | undefined;
  /** One for each category. */
  readonly values: readonly number[];
}
