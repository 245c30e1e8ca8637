import {
  type BacktestFigures,
  REPLAY_OUTCOMES,
  type ReplayCounts,
  type ReplayedCheck,
  type ReplayOutcome,
} from '../src/domain/backtest.js';
import type { Locale } from '../src/domain/localized.js';
import type { Block, Report } from '../src/domain/report.js';
import { backtestChart } from './backtest-chart.js';
import { emptyDaysLine } from './backtest-empty-days.js';
import { clip, code, context, escapeMrkdwn, header, LIMITS, section, within } from './blocks.js';
import { sentenceForSlack, slackDay } from './moments.js';
import { textFor } from './text/index.js';

/** Worst first. */
const SHOWN: readonly ReplayOutcome[] = ['FAIL', 'ERROR', 'INCONCLUSIVE', 'WARN', 'UNKNOWN'];
const NAMED_DAYS = 6;
/** A sentence may name ten orders. */
const SAID = 240;
const NAMED_DIFFERENCES = 5;

type Both = Pick<ReplayedCheck, 'now'> & { readonly changed?: ReplayCounts | undefined };

/** What the checks would have said: the table, the chart by day, each check that was no pass, and what is not known. */
export function backtestReportView(
  figures: BacktestFigures,
  locale: Locale,
  buttons: readonly Block[] = [],
): Report {
  const text = textFor(locale).backtest;
  const { strategy, wish, done, moments, checks } = figures;
  const failing = checks.filter(({ now }) => (now.moments.FAIL ?? 0) > 0).length;
  const title = text.title(strategy, wish.target);
  const short = done < moments ? [section(`*${text.cancelled(done, moments)}*`)] : [];
  const blocks = [
    header(title),
    ...short,
    context(contextLine(figures, locale)),
    ...parameterBlocks(figures, locale),
    tableBlock(figures, locale),
    ...backtestChart(figures, locale),
    ...checkBlocks(figures, locale),
    ...storedBlocks(figures, locale),
    ...limitBlocks(figures, locale),
    ...buttons,
  ];
  return {
    text: `${title}: ${text.summary(failing, checks.length, done)}`,
    blocks: within(LIMITS.messageBlocks, blocks, textFor(locale).report.report.cut),
    optionalBlockIds: ['chart-backtest'],
  };
}

function contextLine(
  { from, to, done, wish, windowMinutes, durationMs }: BacktestFigures,
  locale: Locale,
): string {
  const text = textFor(locale).backtest;
  const span = text.span(slackDay(from), slackDay(to));
  return [
    span,
    text.moments(done, text.every(wish.everySecs)),
    text.window(windowMinutes),
    text.took((durationMs / 1000).toFixed(1)),
  ].join(' · ');
}

function parameterBlocks({ parameters }: BacktestFigures, locale: Locale): readonly Block[] {
  if (parameters.length === 0) return [];
  const lines = parameters.map(({ name, now, changed }) => `${code(`${name}: ${now} → ${changed}`)}`);
  return [section(`${textFor(locale).backtest.changed} ${lines.join(' ')}`)];
}

/** One row a check: how often it was what, beside what it would be with the changed parameters. */
function tableBlock({ checks }: BacktestFigures, locale: Locale): Block {
  const text = textFor(locale).backtest;
  const columns = REPLAY_OUTCOMES.filter(
    (outcome) => outcome === 'FAIL' || outcome === 'PASS' || checks.some((check) => hasAny(check, outcome)),
  );
  const head = [text.check, ...columns.map((outcome) => nameOf(outcome, locale))];
  const rows = checks.map((check) => [
    `${check.section} ${check.title[locale]}`,
    ...columns.map((outcome) => beside(check, outcome)),
  ]);
  return {
    type: 'table',
    block_id: 'backtest',
    column_settings: [{ is_wrapped: true }, ...columns.map(() => ({ align: 'right' }))],
    rows: [head, ...rows].map((row) => row.map((cell) => ({ type: 'raw_text', text: cell || ' ' }))),
  };
}

const momentsIn = (counts: ReplayCounts | undefined, outcome: ReplayOutcome): number =>
  counts?.moments[outcome] ?? 0;

const hasAny = ({ now, changed }: Both, outcome: ReplayOutcome): boolean =>
  momentsIn(now, outcome) + momentsIn(changed, outcome) > 0;

function beside({ now, changed }: Both, outcome: ReplayOutcome): string {
  const before = momentsIn(now, outcome);
  const after = changed === undefined ? before : momentsIn(changed, outcome);
  return before === after ? String(before) : `${before} → ${after}`;
}

/** Checks that were once no pass: on which days, with how many entries, what they say. Those of the same days stand together. */
function checkBlocks({ checks, wish }: BacktestFigures, locale: Locale): readonly Block[] {
  const groups = new Map<string, { readonly checks: ReplayedCheck[]; readonly lines: readonly string[] }>();
  for (const check of checks) {
    const lines = linesOf(check, locale);
    if (lines.length === 0) continue;
    // What failed, or differs, says so itself.
    const isAlone = hasAny(check, 'FAIL') || check.differing > 0;
    const key = isAlone ? check.id : lines.join('\n');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { checks: [check], lines });
    else group.checks.push(check);
  }
  return [...groups.values()].map((group) => {
    const heads = group.checks.map((check) => headOf(check, wish.everySecs, locale));
    const [first] = group.checks;
    const rest = first === undefined ? [] : [...sampleLine(first, locale), ...differingLine(first, locale)];
    return section(clip([heads.join(' · '), ...group.lines, ...rest].join('\n'), LIMITS.section));
  });
}

function headOf({ section: number, title, everySecs }: ReplayedCheck, usual: number, locale: Locale): string {
  const seldom = everySecs === usual ? '' : ` (${textFor(locale).backtest.every(everySecs)})`;
  return `*${number} ${escapeMrkdwn(title[locale])}*${seldom}`;
}

function linesOf(check: ReplayedCheck, locale: Locale): readonly string[] {
  const text = textFor(locale).backtest;
  return SHOWN.flatMap((outcome) => {
    const days = check.days.filter((day) => hasAny(day, outcome));
    if (days.length === 0) return [];
    const named = days.slice(-NAMED_DAYS).map((day) => `${day.day} ×${beside(day, outcome)}`);
    const more = days.length > NAMED_DAYS ? ` ${text.moreDays(days.length - NAMED_DAYS)}` : '';
    const entries = check.now.entries[outcome] ?? 0;
    return `${nameOf(outcome, locale)}: ${named.join(', ')}${more} · ${text.entries(entries)}`;
  });
}

function sampleLine({ sample }: ReplayedCheck, locale: Locale): readonly string[] {
  const said = sample?.says[0]?.[locale];
  if (sample === undefined || said === undefined) return [];
  return [textFor(locale).backtest.latest(slackDay(sample.at), sentenceForSlack(clip(said, SAID)))];
}

const nameOf = (outcome: ReplayOutcome, locale: Locale): string =>
  outcome === 'UNKNOWN' ? textFor(locale).backtest.unknown : textFor(locale).report.outcome[outcome];

function differingLine({ differing, differences }: ReplayedCheck, locale: Locale): readonly string[] {
  if (differing === 0) return [];
  const named = differences
    .slice(0, NAMED_DIFFERENCES)
    .map(({ at, now, changed }) => `${slackDay(at)} ${nameOf(now, locale)} → ${nameOf(changed, locale)}`);
  const all = [...named, ...moreOf(differing, named.length, locale)];
  return [textFor(locale).backtest.differing(differing, all.join('; '))];
}

const moreOf = (all: number, named: number, locale: Locale): readonly string[] =>
  all > named ? [textFor(locale).backtest.more(all - named)] : [];

function storedBlocks({ stored }: BacktestFigures, locale: Locale): readonly Block[] {
  const text = textFor(locale).backtest;
  if (stored.of === 0) return [context(text.noStored)];
  const lines = stored.differences
    .slice(0, NAMED_DIFFERENCES)
    .map((difference) =>
      text.storedDifference(
        `${slackDay(difference.at)} ${code(difference.runId)}`,
        code(difference.check),
        difference.stored,
        difference.replayed,
        difference.otherRunbook,
      ),
    );
  const head = text.stored(stored.runs, stored.of, stored.compared, stored.differing, stored.unknown);
  const more = moreOf(stored.differing, lines.length, locale);
  return [section(clip([head, ...lines, ...more].join('\n'), LIMITS.section))];
}

/** What nobody can say about the past, and by what it was judged. */
function limitBlocks(
  { notReplayed, oldest, emptyDays, environment }: BacktestFigures,
  locale: Locale,
): readonly Block[] {
  const text = textFor(locale).backtest;
  const reasons = [...new Set(notReplayed.map(({ why }) => why))];
  const lines = reasons.map((why) => {
    const own = notReplayed.filter((one) => one.why === why);
    const named = own.map(({ id, tables }) => (tables.length === 0 ? id : `${id} (${tables.join(', ')})`));
    return `${text.why[why]}: ${named.map(escapeMrkdwn).join(', ')}`;
  });
  const since = oldest.map(({ table, at }) =>
    text.oldest(code(table), at === null ? text.never : slackDay(at)),
  );
  const values = environment.map(({ name, value }) => code(`${name}=${value ?? '?'}`));
  return [
    ...(emptyDays.length === 0 ? [] : [context(emptyDaysLine(emptyDays, locale))]),
    ...(lines.length === 0 ? [] : [context(`*${text.notReplayed}* ${lines.join(' · ')}`)]),
    context(
      [
        ...(since.length === 0 ? [] : [since.join(', ')]),
        ...(values.length === 0 ? [] : [text.judgedBy(values.join(', '))]),
        text.limits,
      ].join(' '),
    ),
  ];
}
