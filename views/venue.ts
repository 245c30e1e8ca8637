import type { Halt } from '../src/domain/halt.js';
import type { Locale } from '../src/domain/localized.js';
import type { Block } from '../src/domain/report.js';
import { type HaltVenue, toldVenueFault, type VenueFault } from '../src/domain/venue.js';
import { code, escapeMrkdwn, section } from './blocks.js';
import { slackTime } from './moments.js';
import { textFor } from './text/index.js';

/** Venue and records side by side; undefined where the halt asks no venue. */
export function venueBlocks(halt: Halt, locale: Locale): readonly Block[] | undefined {
  const { venue, kind } = halt;
  if (venue === undefined) return undefined;
  const text = textFor(locale).venue;
  const isOfAll = kind !== 'stop_entries';
  const words = isOfAll ? text : { ...text, ...text.entries };
  const lines = [
    `*${escapeMrkdwn(text.title(venue.host))}*`,
    ...(isOfAll ? cancelLines(venue, halt.endedAt !== null, locale) : []),
    ...openLines(venue, words, halt.endedAt !== null, locale),
    ...recordLines(halt, venue, words, locale),
    ...positionLines(venue, locale),
  ];
  return [section(lines.join('\n'))];
}

type VenueWords = ReturnType<typeof textFor>['venue'];

/** Why there was no answer that counts, as a person reads it. */
export function venueFaultText(fault: VenueFault, locale: Locale): string {
  const { venue, hostFault: host } = textFor(locale);
  return escapeMrkdwn(toldVenueFault({ ...venue, host }, fault));
}

function cancelLines(
  { cancel, cancelAt, cancelFault, open }: HaltVenue,
  isOver: boolean,
  locale: Locale,
): readonly string[] {
  const text = textFor(locale).venue;
  // What has ended is on its way no more.
  if (isOver && (cancel === 'pending' || cancel === 'issued')) return [`✗ *${text.ended.cancel[cancel]}*`];
  const at = cancelAt === null ? '' : ` ${slackTime(cancelAt, 'time_secs')}`;
  if (cancel !== 'failed')
    return [`${cancel === 'done' ? '✓' : cancel === 'none' ? '–' : '…'} ${text.cancel[cancel]}${at}`];
  const why = cancelFault === null ? '' : `: ${venueFaultText(cancelFault, locale)}`;
  const line = `${text.cancel.failed}${at}${why}`;
  // Where nothing rests nothing had to be cancelled.
  return [open?.total === 0 ? `⚠ ${line}` : `✗ *${line}*`];
}

function openLines(
  { open, openFault, askedAt }: HaltVenue,
  text: VenueWords,
  isOver: boolean,
  locale: Locale,
): readonly string[] {
  if (openFault !== null) return [`? *${text.unknown(venueFaultText(openFault, locale))}*`];
  if (open === null) return [isOver ? `? *${text.ended.notAsked}*` : `… ${text.notAsked}`];
  if (open.total === 0)
    return [`✓ ${text.nothing(askedAt === null ? '?' : slackTime(askedAt, 'time_secs'))}`];
  const rows = open.rows.map(({ id, market, side, shares }) =>
    text.order(code(market), escapeMrkdwn(side), String(shares), code(id)),
  );
  return [`✗ *${text.rests(open.total)}*`, ...listed(rows, open.total, locale)];
}

function recordLines(
  { resting, state }: Halt,
  { recordedAlone, open }: HaltVenue,
  text: VenueWords,
  locale: Locale,
): readonly string[] {
  if (recordedAlone.total > 0) {
    const rows = recordedAlone.rows.map(({ id, market, side, shares }) =>
      text.order(code(market), escapeMrkdwn(side), String(shares), code(id ?? '?')),
    );
    return [`✗ *${text.alone(recordedAlone.total)}*`, ...listed(rows, recordedAlone.total, locale)];
  }
  if (resting === undefined)
    return state === 'not_verified' ? [`? *${textFor(locale).rollback.restingUnknown}*`] : [];
  if (open !== null && open.total > 0) return [`✗ ${text.records(resting.total)}`];
  return [resting.total === 0 ? `✓ ${text.records(0)}` : `✓ ${text.recordsBehind(resting.total)}`];
}

function positionLines(
  { positions, positionsFault, positionsApart: apart }: HaltVenue,
  locale: Locale,
): readonly string[] {
  const text = textFor(locale).venue;
  if (positionsFault !== null)
    return [`? *${text.positionsUnknown(venueFaultText(positionsFault, locale))}*`];
  if (positions === null) return [];
  if (apart.total === 0) return [`✓ ${text.positions(positions.total)}`];
  const rows = apart.rows.map(({ market, side, venue, records }) =>
    text.position(code(market), escapeMrkdwn(side), String(venue), String(records)),
  );
  return [
    text.positions(positions.total),
    `✗ *${text.apart(apart.total)}*`,
    ...listed(rows, apart.total, locale),
  ];
}

export function listed(rows: readonly string[], total: number, locale: Locale): readonly string[] {
  const rest = total - rows.length;
  return [...rows.map((row) => `• ${row}`), ...(rest > 0 ? [textFor(locale).rollback.more(rest)] : [])];
}
