import type { ReplayedMoment } from '../src/domain/backtest-tally.js';

/** For other programs: codes and times as they are, in no language. */
export const backtestCsvHead = 'at,check,outcome,changed,reason,entries';

/** One line for each check of a moment. No value holds a comma or a quote: all of them are times, ids, codes and numbers. */
export const backtestCsvLines = ({ at, entries, checks }: ReplayedMoment): readonly string[] =>
  checks.map(({ id, now, changed, result }) =>
    [new Date(at).toISOString(), id, now, changed ?? '', result?.reason.code ?? '', entries ?? ''].join(','),
  );
