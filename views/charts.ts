import { CHART_LIMITS, type ChartFigures } from '../src/domain/chart.js';
import type { CheckRun } from '../src/domain/check-run.js';
import type { Locale } from '../src/domain/localized.js';
import type { Block, Report } from '../src/domain/report.js';
import { type Button, clip, context } from './blocks.js';
import { slackTime } from './moments.js';
import { textFor } from './text/index.js';

/** Slack takes no more in one message. */
const MAX_CHARTS = 2;

export const CHARTS_ACTION = 'run:charts';

export const chartsButton = ({ runId }: CheckRun, locale: Locale): Button => ({
  actionId: CHARTS_ACTION,
  text: textFor(locale).report.button.charts,
  value: runId,
});

/** The charts of a run by themselves, for the thread of its report. */
export function chartsReport(
  { charts = [], strategy, target, kind, asOf }: CheckRun,
  locale: Locale,
): Report {
  const shown = chartBlocks(charts, locale);
  const text = textFor(locale).report;
  const titles = charts.map(({ title }) => title[locale]).join(', ');
  return {
    text: `${text.kind[kind]} · ${strategy} · ${target}: ${titles}`,
    blocks: [context(`${text.kind[kind]} · ${slackTime(asOf, 'date_short_pretty')}`), ...shown],
    optionalBlockIds: shown.flatMap(({ block_id: id }) => id ?? []),
  };
}

/** A run's charts as Slack's own chart block; each may be refused without harm (`optionalBlockIds`). */
export function chartBlocks(charts: readonly ChartFigures[] = [], locale: Locale): readonly Block[] {
  return charts.slice(0, MAX_CHARTS).map((chart) => chartBlock(chart, locale));
}

function chartBlock(
  { id, title, type, xLabel, yLabel, categories, series }: ChartFigures,
  locale: Locale,
): Block {
  return {
    type: 'data_visualization',
    block_id: `chart-${id}`,
    title: clip(title[locale], CHART_LIMITS.title),
    chart: {
      type,
      series: series.map(({ name, title: called, values }) => ({
        name: called?.[locale] ?? name,
        data: categories.map((label, index) => ({ label, value: values[index] ?? 0 })),
      })),
      axis_config: {
        categories: [...categories],
        x_label: clip(xLabel[locale], CHART_LIMITS.title),
        y_label: clip(yLabel[locale], CHART_LIMITS.title),
      },
    },
  };
}
