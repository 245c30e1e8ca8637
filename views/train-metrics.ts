import { z } from 'zod';
import type { ObservedRow } from '../src/domain/check-run.js';
import type { Locale } from '../src/domain/localized.js';
import { METRIC_NAMES, MORE_IS_BETTER } from '../src/domain/model-metrics.js';
import type { Block } from '../src/domain/report.js';
import { context } from './blocks.js';
import { chartBlocks } from './charts.js';
import { textFor } from './text/index.js';

const metricsSchema = z
  .array(
    z.object({
      name: z.enum(METRIC_NAMES),
      candidate: z.number().nullable(),
      running: z.number().nullable(),
    }),
  )
  .catch([]);
type Metric = z.infer<typeof metricsSchema>[number];

/** Steps smaller than this look the same. */
const NOTICEABLE = 0.0001;

export const METRICS_CHART = 'chart-training-metrics';

/** What the gate's row holds of the metrics: the new model's beside the running one's, as a table and a chart. */
export function metricBlocks(row: ObservedRow, locale: Locale): readonly Block[] {
  const metrics = knownMetrics(row);
  if (metrics.length === 0) return [];
  const isCompared = metrics.some(({ candidate, running }) => candidate !== null && running !== null);
  return [
    metricTable(metrics, locale),
    ...(isCompared ? metricChart(metrics, locale) : [context(textFor(locale).train.notCompared)]),
  ];
}

function knownMetrics(row: ObservedRow): readonly Metric[] {
  const all = metricsSchema.parse(row['metrics'] ?? []);
  return all.filter(({ candidate, running }) => candidate !== null || running !== null);
}

/** The same in one line a metric, for those who decide on a small screen: the new model's, the running one's, and which is better. */
export function metricLines(row: ObservedRow, locale: Locale): readonly string[] {
  const text = textFor(locale).train;
  const metrics = knownMetrics(row);
  const isCompared = metrics.some(({ candidate, running }) => candidate !== null && running !== null);
  const lines = metrics.map((metric) => {
    const running = metric.running === null ? [] : [`${text.runningShort} ${figure(metric.running)}`];
    const facts = [figure(metric.candidate), ...running, standing(metric, locale)].filter(Boolean);
    return `${text.metric[metric.name]}  ${facts.join(' · ')}`;
  });
  return isCompared || row['comparison_missing'] !== true ? lines : [...lines, `⚠ ${text.notCompared}`];
}

function metricTable(metrics: readonly Metric[], locale: Locale): Block {
  const text = textFor(locale).train;
  const head = [text.metricHead, text.candidate, text.running, ''];
  const rows = metrics.map((metric) => [
    text.metric[metric.name],
    figure(metric.candidate),
    figure(metric.running),
    standing(metric, locale),
  ]);
  return {
    type: 'table',
    block_id: 'training-metrics',
    rows: [head, ...rows].map((cells) => cells.map((cell) => ({ type: 'raw_text', text: cell || ' ' }))),
  };
}

const figure = (value: number | null): string => (value === null ? '—' : value.toFixed(4));

function standing({ name, candidate, running }: Metric, locale: Locale): string {
  if (candidate === null || running === null) return '';
  const text = textFor(locale).train;
  const gain = MORE_IS_BETTER[name] ? candidate - running : running - candidate;
  if (Math.abs(gain) < NOTICEABLE) return `= ${text.same}`;
  const difference = `${candidate > running ? '+' : '−'}${Math.abs(candidate - running).toFixed(4)}`;
  return gain > 0 ? `✓ ${difference} ${text.better}` : `✗ ${difference} ${text.worse}`;
}

const drawn = (value: number | null): number => Number((value ?? 0).toFixed(4));

function metricChart(metrics: readonly Metric[], locale: Locale): readonly Block[] {
  const compared = metrics.filter(({ candidate, running }) => candidate !== null && running !== null);
  const [en, zh] = [textFor('en').train, textFor('zh-CN').train];
  const text = textFor(locale).train;
  return chartBlocks(
    [
      {
        id: 'training-metrics',
        title: { en: en.chartTitle, 'zh-CN': zh.chartTitle },
        type: 'bar',
        xLabel: { en: en.metricHead, 'zh-CN': zh.metricHead },
        yLabel: { en: en.value, 'zh-CN': zh.value },
        categories: compared.map(({ name }) => text.metric[name]),
        series: [
          { name: text.candidate, values: compared.map(({ candidate }) => drawn(candidate)) },
          { name: text.running, values: compared.map(({ running }) => drawn(running)) },
        ],
      },
    ],
    locale,
  );
}
