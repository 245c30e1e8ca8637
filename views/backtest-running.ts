import type { Backtest } from '../src/domain/backtest.js';
import type { Locale } from '../src/domain/localized.js';
import type { Report } from '../src/domain/report.js';
import { context, header } from './blocks.js';
import { textFor } from './text/index.js';

const CELLS = 20;

/** `moments` is 0 where it is not known yet. */
export type RunningBacktest = Pick<Backtest, 'strategy' | 'wish' | 'done' | 'moments'>;

/** A message that moves while a back-test goes on. */
export function backtestRunningView(
  { strategy, wish, done, moments }: RunningBacktest,
  locale: Locale,
): Report {
  const text = textFor(locale).backtest;
  const title = text.running(strategy, wish.target);
  const line = moments === 0 ? text.starting : text.progress(done, moments);
  const filled = moments === 0 ? 0 : Math.round((done / moments) * CELLS);
  return {
    text: `${title}: ${line}`,
    blocks: [header(title), context(`${'█'.repeat(filled)}${'░'.repeat(CELLS - filled)} ${line}`)],
  };
}
