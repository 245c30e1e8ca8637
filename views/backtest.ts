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
import { clip, code, context, escapeMrkdwn, header, LIMITS, section, within } from './blocks.js';
import { sentenceForSlack, slackDay } from './moments.js';
import { textFor } from './text/index.js';

/** Worst first. */
const SHOWN: readonly ReplayOutcome[] = ['FAIL', 'ERROR', 'INCONCLUSIVE', 'WARN', 'UNKNOWN'];
const NAMED_DAYS = 6;
const NAMED_DIFFERENCES = 5;

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
    ...checks.flatMap((check) => checkBlocks(check, locale)),
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
  const { outcome: called } = textFor(locale).report;
  const nameOf = (outcome: ReplayOutcome) => (outcome === 'UNKNOWN' ? text.unknown : called[outcome]);
  const columns = REPLAY_OUTCOMES.filter(
    (outcome) => outcome === 'FAIL' || outcome === 'PASS' || checks.some((check) => hasAny(check, outcome)),
  );
  const head = [text.check, ...columns.map(nameOf)];
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

const hasAny = ({ now, changed }: ReplayedCheck, outcome: ReplayOutcome): boolean =>
  momentsIn(now, outcome) + momentsIn(changed, outcome) > 0;

function beside({ now, changed }: ReplayedCheck, outcome: ReplayOutcome): string {
  const before = momentsIn(now, outcome);
  const after = changed === undefined ? before : momentsIn(changed, outcome);
  return before === after ? String(before) : `${before} → ${after}`;
}

/** A check that was once no pass: on which days, with how many entries, what it says, and where the two differ. */
function checkBlocks(check: ReplayedCheck, locale: Locale): readonly Block[] {
  const text = textFor(locale).backtest;
  const { outcome: called } = textFor(locale).report;
  const lines = SHOWN.flatMap((outcome) => {
    const days = check.days.filter((day) => hasAny({ ...check, ...day }, outcome));
    if (days.length === 0) return [];
    const named = days
      .slice(-NAMED_DAYS)
      .map(
        (day) =>
          `${day.day} ×${beside({ ...check, now: day.now, ...(day.changed && { changed: day.changed }) }, outcome)}`,
      );
    const more = days.length > NAMED_DAYS ? ` ${text.moreDays(days.length - NAMED_DAYS)}` : '';
    const entries = check.now.entries[outcome] ?? 0;
    const name = outcome === 'UNKNOWN' ? text.unknown : called[outcome];
    return `${name}: ${named.join(', ')}${more} · ${text.entries(entries)}`;
  });
  if (lines.length === 0) return [];
  const { sample } = check;
  const said = sample?.says[0]?.[locale];
  if (sample !== undefined && said !== undefined)
    lines.push(text.latest(slackDay(sample.at), sentenceForSlack(said)));
  const seldom = check.everySecs > 0 ? ` (${text.every(check.everySecs)})` : '';
  const differing = check.differing === 0 ? [] : [differingLine(check, locale)];
  const head = `*${check.section} ${escapeMrkdwn(check.title[locale])}*${seldom}`;
  return [section(clip([head, ...lines, ...differing].join('\n'), LIMITS.section))];
}

function differingLine({ differing, differences }: ReplayedCheck, locale: Locale): string {
  const text = textFor(locale).backtest;
  const { outcome: called } = textFor(locale).report;
  const nameOf = (outcome: ReplayOutcome) => (outcome === 'UNKNOWN' ? text.unknown : called[outcome]);
  const named = differences
    .slice(0, NAMED_DIFFERENCES)
    .map(({ at, now, changed }) => `${slackDay(at)} ${nameOf(now)} → ${nameOf(changed)}`);
  return text.differing(differing, named.join('; '));
}

function storedBlocks({ stored }: BacktestFigures, locale: Locale): readonly Block[] {
  const text = textFor(locale).backtest;
  if (stored.of === 0) return [context(text.noStored)];
  const lines = stored.differences
    .slice(0, NAMED_DIFFERENCES)
    .map((difference) =>
      text.storedDifference(
        slackDay(difference.at),
        code(difference.check),
        difference.stored,
        difference.replayed,
        difference.otherRunbook,
      ),
    );
  const head = text.stored(stored.runs, stored.of, stored.compared, stored.differing, stored.unknown);
  return [section(clip([head, ...lines].join('\n'), LIMITS.section))];
}

/** What nobody can say about the past, and by what it was judged. */
function limitBlocks(
  { notReplayed, oldest, environment }: BacktestFigures,
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
