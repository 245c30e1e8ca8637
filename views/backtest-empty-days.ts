import type { BacktestFigures } from '../src/domain/backtest.js';
import type { Locale } from '../src/domain/localized.js';
import { code } from './blocks.js';
import { textFor } from './text/index.js';

/** So many spans of a table are named, the newest. */
const NAMED = 6;
const DAY_MS = 86_400_000;

/** Days without any row of a table: nobody can tell whether there were none, or they were deleted. */
export function emptyDaysLine(emptyDays: BacktestFigures['emptyDays'], locale: Locale): string {
  const text = textFor(locale).backtest;
  const lines = emptyDays.map(({ table, days }) => {
    if (days === null) return text.emptyDaysNotAsked(code(table));
    const spans = spansOf(days);
    const more = spans.length > NAMED ? [text.more(spans.length - NAMED)] : [];
    return text.emptyDays(code(table), [...spans.slice(-NAMED), ...more].join(', '));
  });
  const isAnyNamed = emptyDays.some(({ days }) => days !== null);
  return [...lines, ...(isAnyNamed ? [text.emptyDaysMean] : [])].join(' ');
}

/** Days behind each other as one: `2026-03-04..2026-03-06`. */
function spansOf(days: readonly string[]): readonly string[] {
  const spans: { readonly first: string; last: string }[] = [];
  for (const day of days) {
    const open = spans.at(-1);
    if (open !== undefined && Date.parse(day) - Date.parse(open.last) === DAY_MS) open.last = day;
    else spans.push({ first: day, last: day });
  }
  return spans.map(({ first, last }) => (first === last ? first : `${first}..${last}`));
}
