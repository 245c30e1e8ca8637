import { z } from 'zod';
import type { Block } from '../src/domain/report.js';

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

const chartSchema = z.object({
  title: z.string(),
  chart: z.object({
    series: z.array(z.object({ name: z.string(), data: z.array(z.object({ value: z.number() })) })),
  }),
});

/** A chart as one line of bars a series, with its last and its highest value. '' for what is no such chart. */
export function chartText(block: Block): string {
  const parsed = chartSchema.safeParse(block);
  if (!parsed.success) return '';
  const { title, chart } = parsed.data;
  const highest = Math.max(...chart.series.flatMap(({ data }) => data.map(({ value }) => value)), 0);
  const width = Math.max(...chart.series.map(({ name }) => name.length));
  const lines = chart.series.map(({ name, data }) => {
    const values = data.map(({ value }) => value);
    const bars = values.map((value) => barOf(value, highest)).join('');
    return `  ${name.padEnd(width)} ${bars} ${values.at(-1) ?? 0} (max ${Math.max(...values)})`;
  });
  return [title, ...lines].join('\n');
}

/** Series share a scale, so that they can be compared; yet what is there is never drawn as nothing. */
function barOf(value: number, highest: number): string {
  const share = highest === 0 ? 0 : Math.max(0, value) / highest;
  const least = share > 0 ? 1 : 0;
  return BARS[Math.min(BARS.length - 1, Math.max(least, Math.floor(share * BARS.length)))] ?? BARS[0];
}
