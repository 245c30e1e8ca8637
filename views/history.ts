import type { Locale } from '../src/domain/localized.js';
import { OUTCOMES } from '../src/domain/outcome.js';
import type { HistoryPage, HistorySubject } from '../src/status/run-history.js';
import type { CheckRunSummary } from '../src/store/run-store.js';
import type { Block, Report } from '../src/subcommand.js';
import { actions, type Button, context, header, section, sectionWithButton } from './blocks.js';
import { slackTime } from './moments.js';
import { person } from './person.js';
import { VERDICT_SYMBOL } from './symbols.js';
import { textFor } from './text/index.js';
import { statusTextFor } from './text/status-text.js';

export const OLDER_ACTION = 'history:older';
export const NEWER_ACTION = 'history:newer';

/** What a click on *Older* or *Newer* carries: the line at the edge of the page. */
export interface PageTurn {
  readonly target: string;
  readonly runId: string;
}

/** One page of runs, newest first; each opens its stored report. */
export function historyView(
  subject: HistorySubject,
  page: HistoryPage,
  { locale, showIds }: { readonly locale: Locale; readonly showIds: boolean },
): Report {
  const text = statusTextFor(locale);
  const title = text.history(subject.strategy, subject.target);
  const [first] = page.runs;
  const last = page.runs.at(-1);
  const turns: Button[] = [
    ...(page.hasNewer && first !== undefined ? [turn(NEWER_ACTION, text.newer, subject, first)] : []),
    ...(page.hasOlder && last !== undefined ? [turn(OLDER_ACTION, text.older, subject, last)] : []),
  ];
  const lines: Block[] =
    page.runs.length === 0
      ? [section(text.historyEmpty)]
      : page.runs.map((run) => runLine(run, showIds, locale));
  return {
    text:
      first === undefined
        ? `${title}: ${text.historyEmpty}`
        : `${title}: ${runWords(first, locale).join(' ')}`,
    blocks: [
      header(title),
      ...lines,
      ...(page.hasOlder || page.runs.length === 0 ? [] : [context(text.historyEnd)]),
      ...(turns.length === 0 ? [] : [actions(...turns)]),
    ],
  };
}

function turn(
  actionId: string,
  text: string,
  { target }: HistorySubject,
  { runId }: CheckRunSummary,
): Button {
  const value: PageTurn = { target, runId };
  return { actionId, text, value: JSON.stringify(value) };
}

function runLine(run: CheckRunSummary, showId: boolean, locale: Locale): Block {
  const { counts, open } = statusTextFor(locale);
  const seen = OUTCOMES.flatMap((outcome) => {
    const count = run.outcomeCounts[outcome] ?? 0;
    return count === 0 ? [] : [counts[outcome](count)];
  });
  const facts = [
    slackTime(run.asOf, 'date_short_pretty'),
    person(run.requestedBy),
    seen.join('  '),
    ...(showId ? [run.runId] : []),
  ];
  const [kind, verdict] = runWords(run, locale);
  const line = `${VERDICT_SYMBOL[run.verdict]} ${kind} *${verdict}*\n${facts.join(' · ')}`;
  return sectionWithButton(line, { actionId: 'run:details', text: open, value: run.runId });
}

function runWords(run: CheckRunSummary, locale: Locale): readonly [kind: string, verdict: string] {
  const { kind, verdict } = textFor(locale);
  return [kind[run.kind], verdict[run.verdict]];
}
