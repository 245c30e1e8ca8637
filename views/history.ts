import type { CheckRunSummary } from '../src/domain/check-run.js';
import type { ActHistoryLine, HistoryLine, HistoryPage } from '../src/domain/history-page.js';
import type { Locale } from '../src/domain/localized.js';
import { OUTCOMES } from '../src/domain/outcome.js';
import type { Block, Report } from '../src/domain/report.js';
import type { TargetSubject } from '../src/domain/target-subject.js';
import { actions, type Button, context, header, section, sectionWithButton, typed } from './blocks.js';
import { slackTime } from './moments.js';
import { person } from './person.js';
import { RELEASE_SYMBOL } from './release-summary.js';
import { haltSymbol } from './rollback-report.js';
import { bringsText } from './status.js';
import { VERDICT_SYMBOL } from './symbols.js';
import { textFor } from './text/index.js';

export const OLDER_ACTION = 'history:older';
export const NEWER_ACTION = 'history:newer';
export const OPEN_RELEASE_ACTION = 'history:release';
export const OPEN_HALT_ACTION = 'history:halt';
export const OPEN_DRILL_ACTION = 'history:drill';

/** What a click on *Older* or *Newer* carries: the line at the edge of the page. */
interface PageTurn {
  readonly target: string;
  readonly id: string;
}

/** One page of runs, releases, halts and drills, newest first; each opens its stored report. */
export function historyView(
  subject: TargetSubject,
  page: HistoryPage,
  { locale, showIds }: { readonly locale: Locale; readonly showIds: boolean },
): Report {
  const text = textFor(locale).status;
  const title = text.history(subject.strategy, subject.target);
  const [first] = page.lines;
  const last = page.lines.at(-1);
  const turns: Button[] = [
    ...(page.hasNewer && first !== undefined ? [turn(NEWER_ACTION, text.newer, subject, first)] : []),
    ...(page.hasOlder && last !== undefined ? [turn(OLDER_ACTION, text.older, subject, last)] : []),
  ];
  const lines: Block[] =
    page.lines.length === 0
      ? [section(text.historyEmpty)]
      : page.lines.map((line) => lineBlock(line, showIds, locale));
  return {
    text:
      first === undefined
        ? `${title}: ${text.historyEmpty}`
        : `${title}: ${lineTitle(first, locale).replaceAll('*', '')}`,
    blocks: [
      header(title),
      ...lines,
      ...(page.hasOlder || page.lines.length === 0 ? [] : [context(text.historyEnd)]),
      ...(turns.length === 0 ? [] : [actions(...turns)]),
    ],
  };
}

function turn(actionId: string, text: string, { target }: TargetSubject, { id }: HistoryLine): Button {
  const value: PageTurn = { target, id };
  return { actionId, text, value: JSON.stringify(value) };
}

function lineBlock(line: HistoryLine, showId: boolean, locale: Locale): Block {
  const facts = [
    slackTime(line.kind === 'run' ? line.run.asOf : line.startedAt, 'date_short_pretty'),
    ...(line.kind === 'run' ? runFacts(line.run, locale) : releaseFacts(line)),
    ...(showId ? [line.id] : []),
  ];
  return sectionWithButton(`${lineTitle(line, locale)}\n${facts.join(' · ')}`, {
    actionId: OPEN_ACTION[line.kind],
    text: textFor(locale).status.open,
    value: line.id,
  });
}

const OPEN_ACTION: Readonly<Record<HistoryLine['kind'], string>> = {
  run: 'run:details',
  release: OPEN_RELEASE_ACTION,
  halt: OPEN_HALT_ACTION,
  drill: OPEN_DRILL_ACTION,
};

/** What it was and how it ended. */
function lineTitle(line: HistoryLine, locale: Locale): string {
  if (line.kind === 'run') {
    const { kind, verdict } = textFor(locale).report;
    return `${VERDICT_SYMBOL[line.run.verdict]} ${kind[line.run.kind]} *${verdict[line.run.verdict]}*`;
  }
  if (line.kind === 'halt') {
    return `${haltSymbol({ kind: line.detail, state: line.state })} *${textFor(locale).rollback.state[line.detail][line.state]}*`;
  }
  if (line.kind === 'drill') {
    const { title, kind } = textFor(locale).drill;
    return `*${title[line.state]}* · ${kind[line.detail]}`;
  }
  const { detail, binary } = line;
  const brings = bringsText({ modelVersion: detail ?? undefined, binary: binary ?? undefined }, locale);
  const what = textFor(locale).status.release(brings);
  return `${RELEASE_SYMBOL[line.state]} ${what} *${textFor(locale).deploy.state[line.state]}*`;
}

function runFacts(run: CheckRunSummary, locale: Locale): readonly string[] {
  const { counts } = textFor(locale).status;
  const seen = OUTCOMES.flatMap((outcome) => {
    const count = run.outcomeCounts[outcome] ?? 0;
    return count === 0 ? [] : [counts[outcome](count)];
  });
  return [person(run.requestedBy), seen.join('  ')];
}

function releaseFacts({ by, reason }: ActHistoryLine): readonly string[] {
  return [person(by), ...(reason === null ? [] : [typed(reason, 300)])];
}
