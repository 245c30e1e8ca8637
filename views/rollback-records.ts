import { NEEDS_MENDING } from '../src/domain/database-fault.js';
import type { Halt } from '../src/domain/halt.js';
import type { Locale } from '../src/domain/localized.js';
import type { Block } from '../src/domain/report.js';
import { context, escapeMrkdwn, section } from './blocks.js';
import { slackTime } from './moments.js';
import { type Text, textFor } from './text/index.js';

/** Where exits go on, some sentences would promise too much. */
export function wordsOf({ kind }: Pick<Halt, 'kind'>, locale: Locale) {
  const text = textFor(locale).rollback;
  const all = { ...text.watch, resting: text.resting, alarm: text.alarm };
  return kind === 'stop_entries' ? { ...all, ...text.entriesAlone } : all;
}

/** Whether entries have come since the halt. */
export function watchLine({ kind, entryWatch, endedAt }: Halt, locale: Locale): string {
  const watch = wordsOf({ kind }, locale);
  const at = (moment: string | null) => (moment === null ? '?' : slackTime(moment, 'time_secs'));
  const { state, from, until, askedAt, entries, code } = entryWatch;
  switch (state) {
    case 'waiting':
      return endedAt === null ? `… ${watch.waiting}` : `? ${watch.notWatched}`;
    case 'watching':
      if (code === null && askedAt === null) return `… ${watch.begun(at(until))}`;
      return code === null
        ? `… ${watch.watching(at(from), at(until))}`
        : `? ${watch.unknown(whyUnknown(code, watch))}`;
    case 'clear':
    case 'not_watched':
      return `✓ ${watch.clear(at(from), at(until))}`;
    case 'entries':
      return `✗ *${watch.entries(entries, at(from))}*`;
    case 'unknown':
      return `? *${watch.unknown(whyUnknown(code, watch))}*`;
  }
}

/** Of a database that refuses nobody waits for the answer: somebody must grant or mend. */
const REFUSALS: ReadonlySet<string> = new Set([
  ...NEEDS_MENDING,
  'permission_denied',
  'read_only_violation',
  'missing_table',
  'missing_column',
]);

function whyUnknown(code: string | null, watch: Text['rollback']['watch']): string {
  if (code === 'not_configured') return watch.databaseMissing;
  return code !== null && REFUSALS.has(code) ? watch.databaseRefuses : watch.databaseAway;
}

/** Positions that nobody manages any more, market by market. */
export function openEntriesText({ openEntries, openEntriesFault, entryWatch }: Halt, locale: Locale): string {
  const text = textFor(locale).rollback;
  if (openEntries === null) {
    return `? ${text.openEntriesUnknown(whyUnknown(openEntriesFault ?? entryWatch.code, text.watch))}`;
  }
  if (openEntries.total === 0) return `✓ ${text.openEntriesNone}`;
  const lines = openEntries.rows.map((row) =>
    text.openEntry(
      escapeMrkdwn(String(row['market_slug'])),
      String(row['market_side']),
      String(row['shares']),
      slackTime(String(row['entered_at'])),
    ),
  );
  const rest = openEntries.total - lines.length;
  return [
    `⚠ *${text.openEntries(openEntries.total)}*`,
    ...lines,
    ...(rest > 0 ? [text.more(rest)] : []),
  ].join('\n');
}

/** What a stopped service does not take back: these are at the venue. */
export function restingBlocks({ kind, resting, state }: Halt, locale: Locale): readonly Block[] {
  const text = textFor(locale).rollback;
  if (resting === undefined) return state === 'not_verified' ? [section(`? *${text.restingUnknown}*`)] : [];
  if (resting.total === 0) return [context(textFor(locale).venue.recordsAlone)];
  const words = wordsOf({ kind }, locale);
  const lines = resting.rows.map(({ market_slug, market_side, shares, orders, ends_at }) =>
    text.restingOrder(
      `${escapeMrkdwn(String(market_slug))} ${escapeMrkdwn(String(market_side))}`,
      String(shares),
      Number(orders),
      ends_at === null || ends_at === undefined ? undefined : slackTime(String(ends_at), 'time_secs'),
    ),
  );
  const shown = resting.rows.reduce((sum, { orders }) => sum + Number(orders), 0);
  const rest = resting.total - shown;
  return [
    section(
      [`✗ *${words.resting(resting.total)}*`, ...lines, ...(rest > 0 ? [text.more(rest)] : [])].join('\n'),
    ),
    context(textFor(locale).venue.recordsAlone),
  ];
}
