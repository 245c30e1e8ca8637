import { CHART_LIMITS, type ChartFigures } from '../src/domain/chart.js';
import type { Locale } from '../src/domain/localized.js';
import type { Block } from '../src/domain/report.js';
import { clip } from './blocks.js';

/** Slack takes no more in one message. */
const MAX_CHARTS = 2;

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
