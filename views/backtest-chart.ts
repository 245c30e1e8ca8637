import type { BacktestFigures, ReplayOutcome } from '../src/domain/backtest.js';
import { CHART_LIMITS, type ChartFigures } from '../src/domain/chart.js';
import { LOCALES, type Locale, type Localized } from '../src/domain/localized.js';
import type { Block } from '../src/domain/report.js';
import { chartBlocks } from './charts.js';
import { textFor } from './text/index.js';

type Day = BacktestFigures['checks'][number]['days'][number];

const HOLDS: readonly ReplayOutcome[] = ['INCONCLUSIVE', 'ERROR', 'UNKNOWN'];

/** How many checks failed or could not be judged (also of moments whose rows may be gone), day by day; of a longer span several days are one point. */
export function backtestChart(figures: BacktestFigures, locale: Locale): readonly Block[] {
  const days = [...new Set(figures.checks.flatMap((check) => check.days.map(({ day }) => day)))].toSorted();
  if (days.length < 2) return [];
  const size = Math.ceil(days.length / CHART_LIMITS.points);
  const points = Array.from({ length: Math.ceil(days.length / size) }, (_, index) =>
    days.slice(index * size, (index + 1) * size),
  );
  const sum = (count: (day: Day) => number) =>
    points.map((own) =>
      figures.checks
        .flatMap((check) => check.days.filter(({ day }) => own.includes(day)))
        .reduce((total, day) => total + count(day), 0),
    );
  const of = (part: 'now' | 'changed', outcomes: readonly ReplayOutcome[]) =>
    sum((day) => outcomes.reduce((total, outcome) => total + (day[part]?.moments[outcome] ?? 0), 0));
  const localized = (say: (text: (typeof TEXTS)['en']) => string): Localized => ({
    en: say(TEXTS.en),
    'zh-CN': say(TEXTS['zh-CN']),
  });
  const isChanged = figures.parameters.length > 0;
  const chart: ChartFigures = {
    id: 'backtest',
    type: 'bar',
    title: localized((text) => text.title(size)),
    xLabel: localized((text) => text.day),
    yLabel: localized((text) => text.count),
    categories: points.map(([day = '']) => day.slice(5)),
    series: [
      { name: 'fail', title: localized((text) => text.fail), values: of('now', ['FAIL']) },
      ...(isChanged
        ? [
            {
              name: 'fail_changed',
              title: localized((text) => text.failChanged),
              values: of('changed', ['FAIL']),
            },
          ]
        : []),
      { name: 'hold', title: localized((text) => text.hold), values: of('now', HOLDS) },
      { name: 'warn', title: localized((text) => text.warn), values: of('now', ['WARN']) },
    ],
  };
  return chartBlocks([chart], locale);
}

const TEXTS = Object.fromEntries(
  LOCALES.map((locale) => [locale, textFor(locale).backtest.chart]),
) as Readonly<Record<Locale, ReturnType<typeof textFor>['backtest']['chart']>>;
