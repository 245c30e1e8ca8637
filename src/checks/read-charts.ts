import { CHART_LIMITS, type ChartFigures } from '../domain/chart.js';
import type { ObservedRow, ObservedValue } from '../domain/check-run.js';
import type { RunKind } from '../domain/outcome.js';
import { ownValue } from '../domain/own-value.js';
import type { ChartDefinition } from '../runbook/decision.js';
import { bindParameters } from './context/bind-parameters.js';
import type { CheckContext } from './context/check-context.js';

/** Slack shows no more in one message. */
const MAX_CHARTS = 2;

interface ReadChartsOptions {
  readonly signal?: AbortSignal;
  /** Told of each chart that is left out. */
  readonly onFailure: (chartId: string, error: unknown) => void;
}

/**
 * Reads the figures of a run's charts, each by one statement of its own within its time-out. A chart decides nothing:
 * one that fails is left out.
 */
export async function readCharts(
  kind: RunKind,
  context: Pick<CheckContext, 'runbook' | 'trading' | 'runParameters' | 'asOf' | 'window'>,
  options: ReadChartsOptions,
): Promise<readonly ChartFigures[]> {
  const { runbook, trading } = context;
  if (trading === undefined) return [];
  const wanted = runbook.charts.filter(({ kinds }) => kinds.includes(kind)).slice(0, MAX_CHARTS);
  const read = wanted.map(async (chart): Promise<ChartFigures | undefined> => {
    const { text, parameters, functions } = chart.statement;
    const { timeoutMs } = chart;
    try {
      const { values } = await bindParameters({ parameters }, context);
      const signal = options.signal === undefined ? {} : { signal: options.signal };
      const { rows } = await trading.query({ text, functions, values, timeoutMs, ...signal });
      return chartOf(chart, rows);
    } catch (error) {
      options.onFailure(chart.id, error);
      return undefined;
    }
  });
  return (await Promise.all(read)).filter((chart) => chart !== undefined);
}

/** undefined: nothing to draw. A series without a value for each label is left out: a gap cannot be drawn. */
export function chartOf(definition: ChartDefinition, rows: readonly ObservedRow[]): ChartFigures | undefined {
  const points = rows.flatMap((row) => pointOf(row['label'], row['series'], row['value']));
  const categories = [...new Set(points.map(({ label }) => label))].slice(0, CHART_LIMITS.points);
  const names = [...new Set(points.map(({ name }) => name))];
  const valuesOf = new Map(names.map((name) => [name, new Map<string, number>()]));
  for (const { name, label, value } of points) valuesOf.get(name)?.set(label, value);
  const series = [...valuesOf].flatMap(([name, own]) => {
    const values = categories.flatMap((label) => own.get(label) ?? []);
    const title = ownValue(definition.seriesTitles, name);
    return values.length === categories.length ? [{ name, ...(title && { title }), values }] : [];
  });
  if (series.length === 0 || categories.length < 2) return undefined;
  const { id, title, type, xLabel, yLabel } = definition;
  return { id, title, type, xLabel, yLabel, categories, series: series.slice(0, CHART_LIMITS.series) };
}

interface Point {
  readonly label: string;
  readonly name: string;
  readonly value: number;
}

function pointOf(
  label: ObservedValue | undefined,
  name: ObservedValue | undefined,
  value: ObservedValue | undefined,
): readonly Point[] {
  if (typeof label !== 'string' || typeof name !== 'string' || typeof value !== 'number') return [];
  if (label === '' || name === '') return [];
  return [{ label: label.slice(0, CHART_LIMITS.name), name: name.slice(0, CHART_LIMITS.name), value }];
}
