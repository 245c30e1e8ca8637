import { afterwardsOf, gapsOf, type Halt, isInTrouble, isSettled, turnsOff } from '../src/domain/halt.js';
import type { HaltReportOptions } from '../src/domain/halt-report.js';
import type { Locale } from '../src/domain/localized.js';
import type { Block, Report } from '../src/domain/report.js';
import {
  actions,
  type Button,
  code,
  context,
  escapeMrkdwn,
  header,
  LIMITS,
  section,
  typed,
  within,
} from './blocks.js';
import { slackTime } from './moments.js';
import { person } from './person.js';
import { ADD_REASON_ACTION, DISABLE_ACTION, STOP_ACTION } from './rollback-buttons.js';
import { byHandBlocks, isOfVenue } from './rollback-by-hand.js';
import { hostLine } from './rollback-hosts.js';
import { openEntriesText, restingBlocks, watchLine, wordsOf } from './rollback-records.js';
import { textFor } from './text/index.js';
import { venueBlocks } from './venue.js';
import { flattenBlocks, isFlat } from './venue-flatten.js';
import { troubleLine } from './watch-message.js';

const HALT_SYMBOL: Readonly<Record<Halt['state'], string>> = {
  halting: '⏳',
  verified: '🛑',
  not_verified: '🚨',
};

/** What goes on trading its exits was not halted. */
export const haltSymbol = ({ kind, state }: Pick<Halt, 'kind' | 'state'>): string =>
  kind === 'stop_entries' && state === 'verified' ? '⛔' : HALT_SYMBOL[state];

const DATED = 'date_short_pretty';

/** One halt as it stands: the first line says whether trading has stopped. */
export function haltReportView(
  halt: Halt,
  { locale, commands, alarm, lateAt, section4 }: HaltReportOptions,
): Report {
  const title = haltTitle(halt, locale);
  const { endedAt } = halt;
  const { laterRelease, resolvedBy } = afterwardsOf(halt);
  const isPast = laterRelease !== undefined || resolvedBy !== undefined;
  const isOpen = endedAt === null;
  const blocks: Block[] = [
    header(title),
    ...byTheWatch(halt, locale),
    ...(lateAt === undefined || endedAt === null ? [] : [lateBlock(endedAt, lateAt, locale)]),
    ...(alarm === undefined ? [] : [section(alarmText(halt, alarm, locale))]),
    ...entriesAloneBlocks(halt, locale),
    ...halt.hosts.map((host) => section(hostLine(host, halt, locale))),
    ...(halt.kind === 'previous_model'
      ? startLines(halt, locale)
      : [section(watchLine(halt, locale)), ...(venueBlocks(halt, locale) ?? restingBlocks(halt, locale))]),
    ...afterwardsBlocks(halt, locale),
    ...(isStillOn(halt) ? [actions(nextButton(halt, locale))] : []),
    ...(!isPast && (halt.state === 'not_verified' || isInTrouble(halt))
      ? byHandBlocks(halt, commands, locale)
      : []),
    ...(isOpen ? [] : [...flattenBlocks(halt, commands, locale), ...afterwards(halt, section4, locale)]),
    context(...headline(halt, locale)),
    ...(isOpen || buttons(halt, locale).length === 0 ? [] : [actions(...buttons(halt, locale))]),
  ];
  return {
    text: haltSummary(halt, lateAt !== undefined, locale),
    blocks: within(LIMITS.messageBlocks, blocks, textFor(locale).report.report.cut),
  };
}

/** What a later release has made history, or a later halt has resolved, does not claim it for the present. */
export function haltTitle(
  {
    kind,
    state,
    target,
    laterRelease,
    resolvedBy,
  }: Pick<Halt, 'kind' | 'state' | 'target' | 'laterRelease' | 'resolvedBy'>,
  locale: Locale,
): string {
  const text = textFor(locale).rollback;
  const claim = `${text.state[kind][state]} · ${target}`;
  const isPast = laterRelease !== undefined || resolvedBy !== undefined;
  return !isPast ? `${haltSymbol({ kind, state })} ${claim}` : `⏮ ${text.history(claim)}`;
}

export const lateBlock = (endedAt: string, lateAt: string, locale: Locale): Block =>
  section(`⏱ *${textFor(locale).rollback.late(slackTime(endedAt, DATED), slackTime(lateAt, DATED))}*`);

/** Where every host was seen off, and only what rests is not, nothing more is said. */
function alarmText(halt: Halt, alarm: string, locale: Locale): string {
  const text = textFor(locale).rollback;
  const target = `*${escapeMrkdwn(halt.target)}*`;
  return isOfVenueAlone(halt) ? text.alarmAtVenue(alarm, target) : wordsOf(halt, locale).alarm(alarm, target);
}

const isOfVenueAlone = (halt: Halt): boolean =>
  turnsOff(halt.kind) &&
  halt.hosts.every((host) => isSettled(host, halt.kind)) &&
  gapsOf(halt).every(({ code }) => isOfVenue(code));

/** What has become of it since: the newest alone has the word. */
export function afterwardsBlocks(halt: Halt, locale: Locale): readonly Block[] {
  const text = textFor(locale).rollback;
  const { laterRelease, resolvedBy } = afterwardsOf(halt);
  if (resolvedBy !== undefined) {
    const { kind, by, at } = resolvedBy;
    return [section(`🛑 *${text.resolved(text.kind[kind], person(by), slackTime(at, DATED))}*`)];
  }
  if (laterRelease === undefined) return [];
  const { disable } = text.button;
  return [
    section(`*${supersededText(laterRelease, locale)}*`),
    actions({ actionId: DISABLE_ACTION, text: disable, value: halt.target, style: 'danger' }),
  ];
}

function supersededText(
  { startedAt, releaseId, by }: NonNullable<Halt['laterRelease']>,
  locale: Locale,
): string {
  const who = by === undefined ? undefined : person(by);
  return textFor(locale).rollback.superseded(slackTime(startedAt, DATED), releaseId, who);
}

/** For notifications and screen readers. */
function haltSummary(halt: Halt, isLate: boolean, locale: Locale): string {
  const faults = halt.hosts.flatMap(({ host, fault }) =>
    fault === null ? [] : [`${host}: ${textFor(locale).rollback.fault[fault]}`],
  );
  const parts = [
    haltTitle(halt, locale),
    ...(isLate && halt.endedAt !== null
      ? [textFor(locale).rollback.lateShort(slackTime(halt.endedAt, DATED))]
      : []),
    ...(halt.watch === undefined ? [] : [textFor(locale).watch.byTheWatch]),
    halt.strategy,
    ...faults,
    ...(halt.entryWatch.state === 'entries' ? [watchLine(halt, locale)] : []),
  ];
  return parts.join(' · ');
}

/** Nobody asked for it: what the watch saw comes before everything else. */
function byTheWatch({ watch }: Halt, locale: Locale): readonly Block[] {
  if (watch === undefined) return [];
  const text = textFor(locale).watch;
  return [
    section(`🤖 *${text.byTheWatch}*\n${text.byTheWatchBecause(watch.looks, slackTime(watch.since, DATED))}`),
    ...watch.troubles.map((trouble) => section(troubleLine(trouble, locale))),
  ];
}

function headline(halt: Halt, locale: Locale): readonly string[] {
  const text = textFor(locale).rollback;
  const { kind, requestedBy, requestedAt, reason, resumed, cancelled, cancelAway } = halt;
  const isCancelled = cancelled !== null && (cancelled.releaseId !== null || cancelled.requests > 0);
  return [
    `${escapeMrkdwn(halt.strategy)} · ${text.by(text.kind[kind], person(requestedBy), slackTime(requestedAt, 'time_secs'))}`,
    text.over(escapeMrkdwn(halt.hosts.map(({ host }) => host).join(', '))),
    reason === null ? text.noReason : text.reason(typed(reason)),
    ...(isCancelled ? [text.cancelled(cancelled.releaseId !== null, cancelled.requests)] : []),
    ...(cancelAway ? [`*${text.cancelAway}*`] : []),
    ...(resumed ? [text.resumed] : []),
    ...(halt.endedAt === null ? [] : [text.timeLine(halt.haltId)]),
  ];
}

/** How far a halt is: each host, and whether entries have come. */
export const hostLines = (halt: Halt, locale: Locale): readonly string[] => [
  ...halt.hosts.map((host) => hostLine(host, halt, locale)),
  watchLine(halt, locale),
];

const valuesOf = ({ wanted }: Pick<Halt, 'wanted'>): string =>
  Object.entries(wanted)
    .map(([name, value]) => code(`${name}=${value}`))
    .join(', ');

/** What was asked for and what not, before anything else. */
function entriesAloneBlocks(halt: Halt, locale: Locale): readonly Block[] {
  if (halt.kind !== 'stop_entries') return [];
  const text = textFor(locale).rollback.entriesAlone;
  const exits =
    halt.state !== 'verified'
      ? []
      : [halt.start === 'PASS' ? `✓ ${text.exitsGoOn}` : `? ${text.exitsUnseen}`];
  return [section([text.scope(valuesOf(halt)), ...exits].join('\n'))];
}

/** Nothing before the processes show the wanted variables. */
function startLines({ start, endedAt }: Halt, locale: Locale): readonly Block[] {
  const text = textFor(locale).rollback.start;
  if (start === 'PASS') return [section(`✓ ${text.proved}`)];
  if (start !== undefined) return [section(`✗ *${text.notProved(textFor(locale).report.outcome[start])}*`)];
  return endedAt === null ? [] : [section(`? ${text.notAsked}`)];
}

/** Nothing before both were asked: they are known in the same moment. */
function afterwards(halt: Halt, section4: HaltReportOptions['section4'], locale: Locale): readonly Block[] {
  const { kind, state, target, verification, openEntries, openEntriesFault } = halt;
  if (kind === 'previous_model') return [];
  const text = textFor(locale).rollback;
  if (kind === 'stop_entries')
    return [context(text.entriesAlone.notCancelled, text.entriesAlone.turningOn(valuesOf(halt)))];
  // What was not seen off is not turned on again, but off first.
  const turningOn = state === 'not_verified' ? [] : [text.turningOn];
  const lines = (...said: readonly string[]) => (said.length === 0 ? [] : [context(...said)]);
  if (openEntries === null && openEntriesFault === undefined) return lines(...turningOn);
  const notRun = section4 === 'not_run' ? text.section4NotRun(target) : text.section4Missing;
  const verdict =
    verification === null
      ? notRun
      : text.section4(textFor(locale).report.verdict[verification.verdict], state === 'verified');
  const entries = isFlat(halt) ? [] : [section(openEntriesText(halt, locale))];
  return [...entries, ...lines(verdict, ...turningOn)];
}

/** Near the first line: it is what a person on a phone must find. Nothing where stopping the service would not help. */
export function isStillOn(halt: Halt): boolean {
  if (halt.laterRelease !== undefined || halt.resolvedBy !== undefined) return false;
  if (halt.hosts.every(({ process }) => process === 'stopped')) return false;
  // Whatever became of it, the next thing somebody may want is to end the exits too.
  if (halt.kind === 'stop_entries') return true;
  return halt.state === 'not_verified' && !isOfVenueAlone(halt);
}

/** The next stronger thing to do: where the strategy goes on it is turned off. */
export function nextButton({ kind, target }: Halt, locale: Locale): Button {
  const { button } = textFor(locale).rollback;
  return turnsOff(kind)
    ? { actionId: STOP_ACTION, text: button.stop, value: target, style: 'danger' }
    : { actionId: DISABLE_ACTION, text: button.disable, value: target, style: 'danger' };
}

function buttons({ haltId, verification, reason }: Halt, locale: Locale): readonly Button[] {
  const text = textFor(locale).rollback;
  const { details } = textFor(locale).report.button;
  return [
    ...(reason === null ? [{ actionId: ADD_REASON_ACTION, text: text.button.addReason, value: haltId }] : []),
    ...(verification?.stored ? [{ actionId: 'run:details', text: details, value: verification.runId }] : []),
  ];
}

/** For whoever clicks while it goes on already. @param asked what they wanted */
export function alreadyHaltingView(halt: Halt, locale: Locale, asked: Halt['kind'] = halt.kind): Report {
  const text = textFor(locale).rollback;
  const { kind, requestedBy, requestedAt } = halt;
  const [who, when] = [person(requestedBy), slackTime(requestedAt, 'time_secs')];
  const isOther = !turnsOff(asked) && kind !== asked;
  const sentence = isOther
    ? text.insteadBy(text.kind[kind], who, when, text.kind[asked])
    : text.alreadyBy(text.kind[kind], who, when);
  const title = haltTitle(halt, locale);
  return { text: `${title}: ${sentence}`, blocks: [section(`*${title}*\n${sentence}`)] };
}
