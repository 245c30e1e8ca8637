import {
  type Drill,
  type DrillFinding,
  type DrillPart,
  partOf,
  percentile,
  type StoredSentence,
} from '../src/domain/drill.js';
import type { Locale } from '../src/domain/localized.js';
import { ownValue } from '../src/domain/own-value.js';
import type { Block, Report } from '../src/domain/report.js';
import { actions, type Button, context, escapeMrkdwn, header, LIMITS, section, within } from './blocks.js';
import { slackTime } from './moments.js';
import { person } from './person.js';
import { refusalAsText } from './release-sentence.js';
import { RESTART_ACTION } from './status.js';
import { textFor } from './text/index.js';

export const SEEN_ACTION = 'drill:seen';

interface DrillViewOptions {
  /** The last good ones of its kind. */
  readonly before: readonly Drill[];
  /** Without buttons. */
  readonly isTerminal?: boolean;
}

/** What a drill proved, part by part, each beside the last ten. */
export function drillView(
  drill: Drill,
  { before, isTerminal = false }: DrillViewOptions,
  locale: Locale,
): Report {
  const text = textFor(locale).drill;
  const { strategy, target, kind, state, requestedBy, requestedAt, parts } = drill;
  const title = `${text.title[state]} · ${text.subject(strategy, target)}`;
  const blocks: readonly Block[] = [
    header(title),
    context(
      `${text.kind[kind]} · ${text.by(person(requestedBy), slackTime(requestedAt, 'date_short_pretty'))}`,
    ),
    ...(state === 'broken_off' ? [section(text.brokenOff[kind](target))] : []),
    section(parts.map((part) => partLine(part, drill, before, locale)).join('\n')),
    ...parts.flatMap((part) => detailBlocks(part, locale)),
    ...(isTerminal ? [] : wayBackButtons(drill, locale)),
  ];
  return {
    text: [title, ...summary(drill, locale)].join(': '),
    blocks: within(LIMITS.messageBlocks, blocks, textFor(locale).report.report.cut),
  };
}

/** The times that people ask for, in one line. */
function summary(drill: Drill, locale: Locale): readonly string[] {
  const text = textFor(locale).drill;
  const names = drill.kind === 'real' ? (['flag', 'proof', 'alarm'] as const) : (['alarm'] as const);
  const told = names.flatMap((name) => {
    const ms = partOf(drill, name)?.ms;
    return ms === null || ms === undefined ? [] : [`${text.part[name]} ${secsOf(ms, locale)}`];
  });
  return told.length === 0 ? [] : [told.join(', ')];
}

const SYMBOL: Readonly<Record<DrillPart['state'], string>> = {
  waiting: '⏳',
  good: '✓',
  failed: '✗',
  left_out: '–',
};

function partLine(part: DrillPart, drill: Drill, before: readonly Drill[], locale: Locale): string {
  const text = textFor(locale).drill;
  const { state, because, ms } = part;
  const isWarned = state === 'good' && part.findings.length > 0;
  const facts = [
    ...(ms === null ? [] : [`*${secsOf(ms, locale)}*`]),
    ...(state === 'left_out' ? [text.leftOut] : []),
    ...(because === null ? (state === 'waiting' ? [text.waiting] : []) : [text.because[because]]),
    ...(part.part === 'alarm' && drill.seenBy !== null ? [text.seenBy(person(drill.seenBy))] : []),
    ...(ms === null ? [] : comparison(part, before, locale)),
  ];
  return `${isWarned ? '⚠' : SYMBOL[state]} ${text.part[part.part]}: ${facts.join(' · ')}`;
}

function comparison({ part }: DrillPart, before: readonly Drill[], locale: Locale): readonly string[] {
  const text = textFor(locale).drill;
  const times = before.flatMap((drill) => partOf(drill, part)?.ms ?? []);
  const [median, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
  if (median === undefined || p99 === undefined) return [text.nothingToCompare];
  return [text.compared(times.length, secsOf(median, locale), secsOf(p99, locale))];
}

const secsOf = (ms: number, locale: Locale): string =>
  textFor(locale).drill.secs((ms / 1000).toFixed(ms < 10_000 ? 2 : 0));

/** What was found wrong with a part, and what keeps the way back from being asked for. */
function detailBlocks({ part, findings, refusals }: DrillPart, locale: Locale): readonly Block[] {
  const name = textFor(locale).drill.part[part];
  const lines = [
    ...findings.map((finding) => findingLine(finding, locale)),
    ...refusals.map((refusal) => `✗ ${escapeMrkdwn(refusalAsText(refusal, locale))}`),
  ];
  return lines.length === 0 ? [] : [section(`*${name}*\n${lines.join('\n')}`)];
}

function findingLine({ subject, state, seen, wayOut }: DrillFinding, locale: Locale): string {
  const told = (sentence: StoredSentence) => escapeMrkdwn(sayStored(sentence, locale));
  const head = `${state === 'fault' ? '✗' : '⚠'} *${told(subject)}*  ${told(seen)}`;
  return wayOut === undefined ? head : `${head}\n→ ${told(wayOut)}`;
}

/** One of another version is told by its code. */
function sayStored({ code, facts }: StoredSentence, locale: Locale): string {
  const known: Readonly<Record<string, (facts: never) => string>> = textFor(locale).sentences;
  return ownValue(known, code)?.(facts as never) ?? code;
}

/** Where a person must ask for the way back: the form that does. */
function wayBackButtons(drill: Drill, locale: Locale): readonly Block[] {
  const back = partOf(drill, 'back');
  const isOwed =
    drill.kind === 'real' &&
    back?.state !== 'good' &&
    (['broken_off', 'failed'].includes(drill.state) ||
      ['back_refused', 'back_ended'].includes(back?.because ?? ''));
  if (!isOwed) return [];
  const { button } = textFor(locale).drill;
  return [actions({ actionId: RESTART_ACTION, text: button.back, value: drill.target })];
}

/** The alarm of a drill: who would be called in an incident proves that they read it. @param operators as mentions */
export function drillAlarmView(drill: Drill, operators: readonly string[], locale: Locale): Report {
  const text = textFor(locale).drill;
  const title = text.alarm.title(drill.target);
  const { seenBy, endedAt } = drill;
  const alarm = partOf(drill, 'alarm');
  const seen: Button = {
    actionId: SEEN_ACTION,
    text: text.button.seen,
    value: drill.drillId,
    style: 'primary',
  };
  if (seenBy !== null) {
    const told = text.alarm.seen(person(seenBy), secsOf(alarm?.ms ?? 0, locale));
    return { text: `${title}: ${told}`, blocks: [header(title), section(told)] };
  }
  const isOpen = endedAt === null && alarm?.state === 'waiting';
  const told = isOpen
    ? text.alarm.ask(operators.join(' '))
    : alarm?.state === 'failed'
      ? text.alarm.notSeen
      : text.alarm.over;
  return {
    text: `${title}: ${told}`,
    blocks: [header(title), section(told), ...(isOpen ? [actions(seen)] : [])],
  };
}

/** Where there is no drill yet. */
export const noDrillView = (target: string, locale: Locale): Report => {
  const text = textFor(locale).drill.none(target);
  return { text, blocks: [section(text)] };
};
