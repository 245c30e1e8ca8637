import type { Acknowledgement } from '../src/domain/acknowledgement.js';
import type { CheckResult, CheckRun, StoredRun } from '../src/domain/check-run.js';
import type { Locale } from '../src/domain/localized.js';
import type { Block, Report } from '../src/domain/report.js';
import { freshnessAt, type Verdict, verdictNow } from '../src/domain/verdict.js';
import { actions, type Button, context, header, LIMITS, section, within } from './blocks.js';
import { chartBlocks } from './charts.js';
import { checkSentence, remedySentence } from './check-sentence.js';
import { criteriaBlocks } from './gonogo.js';
import { sentenceAsText, sentenceForSlack, slackTime } from './moments.js';
import { person } from './person.js';
import { rollbackButtons } from './rollback-buttons.js';
import { windowBlocks } from './run-window.js';
import { OUTCOME_SYMBOL, VERDICT_SYMBOL } from './symbols.js';
import { textFor } from './text/index.js';
import { acknowledgedCount, asksForAcknowledgement, warningBlock, warningsOf } from './warnings.js';

interface RunReportOptions {
  readonly locale: Locale;
  /** The run could not be stored: *Details* would find nothing. */
  readonly stored: boolean;
  /** RFC 3339: the moment for which the report is written; without it the run has just ended. */
  readonly now?: string;
  /** RFC 3339: a newer run of the same kind and target exists. */
  readonly supersededAt?: string | undefined;
  /** Warnings of this run that a person has taken upon themselves. */
  readonly acknowledgements?: readonly Acknowledgement[];
  /** Buttons besides *Run again*, *Details* and the rollback. */
  readonly furtherButtons?: readonly Button[];
}

/** The report of a run: verdict first, then what is wrong, then one folded line a section for what is right. */
export function runReportView(run: StoredRun, options: RunReportOptions): Report {
  const { locale, stored, supersededAt } = options;
  const text = textFor(locale).report;
  const verdict = verdictOf(run, options);
  const deciding = run.checks.filter((check) => check.mode === 'deciding');
  const ofOutcome = (...outcomes: CheckResult['outcome'][]) =>
    deciding.filter((check) => outcomes.includes(check.outcome));

  const charts = chartBlocks(run.charts, locale);
  const blocks: Block[] = [
    header(`${VERDICT_SYMBOL[verdict]} ${text.verdict[verdict]} · ${run.strategy} · ${run.target}`),
    context(headline(run, locale)),
    ...expiryBlocks(run, options),
    ...revokedBlocks(run, options),
    ...(supersededAt === undefined ? [] : [context(`⏮ ${text.report.superseded(slackTime(supersededAt))}`)]),
    ...problems(text.report.stops, ofOutcome('FAIL'), locale),
    ...problems(text.report.unknown, ofOutcome('INCONCLUSIVE', 'ERROR', 'SKIPPED'), locale),
    ...warnings(run, options),
    ...problems(
      text.report.shadow,
      run.checks.filter((check) => check.mode === 'shadow' && check.outcome !== 'PASS'),
      locale,
    ),
    ...criteriaBlocks(run, locale),
    ...foldedSections(run, locale),
    ...windowBlocks(run, locale),
    ...charts,
    ...(stored ? [] : [context(`⚠ ${text.report.notStored}`)]),
    actions(...buttons(run, options)),
  ];
  return {
    text: runSummary(run, locale, verdict),
    blocks: within(LIMITS.messageBlocks, blocks, text.report.cut),
    optionalBlockIds: charts.flatMap(({ block_id: id }) => id ?? []),
  };
}

/** The outcome in one line, for notifications and screen readers. */
function runSummary(run: CheckRun, locale: Locale, now = run.verdict): string {
  const { verdict, kind, report } = textFor(locale).report;
  const worst = worstChecks(run);
  const expired = now === run.verdict ? '' : `${report.wasBefore(verdict[run.verdict])} `;
  const why = worst
    .slice(0, 3)
    .map((check) => `${check.title[locale]}: ${sentenceAsText(checkSentence(check, locale))}`)
    .join(' ');
  const more = worst.length > 3 ? ` ${report.more(worst.length - 3)}` : '';
  const summary = report.summary(
    verdict[now],
    run.strategy,
    run.target,
    kind[run.kind],
    `${expired}${why}`.trim(),
  );
  return `${VERDICT_SYMBOL[now]} ${summary}${more}`;
}

const freshness = (run: CheckRun, { now }: RunReportOptions) =>
  now === undefined ? 'fresh' : freshnessAt(new Date(run.validUntil), new Date(now));

/** A GO that has expired, or that a later run revoked, is a HOLD. */
const verdictOf = (run: StoredRun, { now }: RunReportOptions): Verdict =>
  verdictNow(run, now === undefined ? new Date(run.asOf) : new Date(now));

function expiryBlocks(run: StoredRun, options: RunReportOptions): readonly Block[] {
  const stands = freshness(run, options);
  if (stands === 'fresh') return [];
  const { report, verdict } = textFor(options.locale).report;
  const was = verdictOf(run, options) === run.verdict ? '' : ` ${report.wasBefore(verdict[run.verdict])}`;
  const said = stands === 'expired' ? report.expired : report.fromFuture;
  return [context(`⌛ ${said(slackTime(run.validUntil, 'date_short_pretty'))}${was}`)];
}

function revokedBlocks(run: StoredRun, options: RunReportOptions): readonly Block[] {
  const { revokedBy } = run;
  if (revokedBy === undefined) return [];
  const { report, verdict, kind } = textFor(options.locale).report;
  const at = slackTime(revokedBy.asOf, 'date_short_pretty');
  const said = report.revoked(kind[revokedBy.kind], verdict[revokedBy.verdict], at);
  const was = freshness(run, options) !== 'fresh' ? '' : ` ${report.wasBefore(verdict[run.verdict])}`;
  return [section(`*⏮ ${said}*${was}`)];
}

function worstChecks(run: CheckRun): readonly CheckResult[] {
  const deciding = run.checks.filter((check) => check.mode === 'deciding' && check.outcome !== 'PASS');
  const fails = deciding.filter((check) => check.outcome === 'FAIL');
  return fails.length > 0 ? fails : deciding;
}

function headline(run: CheckRun, locale: Locale): string {
  const { kind, report } = textFor(locale).report;
  const parts = [
    report.by(kind[run.kind], person(run.requestedBy), slackTime(run.asOf, 'date_short_pretty')),
    report.size(run.checks.length, (run.durationMs / 1000).toFixed(1)),
    report.validUntil(slackTime(run.validUntil)),
  ];
  return parts.join(' · ');
}

function problems(title: string, checks: readonly CheckResult[], locale: Locale): readonly Block[] {
  if (checks.length === 0) return [];
  // What several checks say in the same words, as of a service that is down, is said once.
  const alike = new Map<string, { first: CheckResult; titles: string[] }>();
  for (const check of checks) {
    const key = `${check.outcome} ${problemWords(check, locale)}`;
    const known = alike.get(key);
    if (known === undefined) alike.set(key, { first: check, titles: [problemTitle(check, locale)] });
    else known.titles.push(problemTitle(check, locale));
  }
  const lines = [...alike.values()].map(({ first, titles }) => problemLine(first, locale, titles.join(', ')));
  return [section(`*${title}*`), ...lines.map(section)];
}

function warnings(run: StoredRun, options: RunReportOptions): readonly Block[] {
  const { locale, acknowledgements = [], supersededAt, stored } = options;
  const checks = warningsOf(run);
  const title = textFor(locale).report.report.warnings;
  const isOpen =
    asksForAcknowledgement(run) &&
    supersededAt === undefined &&
    run.revokedBy === undefined &&
    stored &&
    freshness(run, options) === 'fresh';
  if (!isOpen) return problems(title, checks, locale);
  return [
    section(`*${title}*`),
    ...checks.map((check) => {
      const acknowledgement = acknowledgements.find(({ checkId }) => checkId === check.id);
      return warningBlock(run, check, problemLine(check, locale), acknowledgement, locale);
    }),
    acknowledgedCount(run, acknowledgements, locale),
  ];
}

const problemTitle = (check: CheckResult, locale: Locale) => `*${check.section} ${check.title[locale]}*`;

function problemLine(check: CheckResult, locale: Locale, title = problemTitle(check, locale)): string {
  return `${OUTCOME_SYMBOL[check.outcome]} ${title}  ${problemWords(check, locale)}`;
}

function problemWords(check: CheckResult, locale: Locale): string {
  const remedy = remedySentence(check, locale);
  const sentence = sentenceForSlack(checkSentence(check, locale));
  return `${sentence}${remedy === '' ? '' : `\n→ ${sentenceForSlack(remedy)}`}`;
}

function foldedSections(run: CheckRun, locale: Locale): readonly Block[] {
  // What the table of the criteria shows is not said again.
  const tabled = new Set(run.criteria?.flatMap((criterion) => criterion.checks));
  const ids = [...new Set(run.checks.map((check) => check.section))];
  const lines = ids.flatMap((id) => {
    const checks = run.checks.filter((check) => check.section === id && !tabled.has(check.id));
    const passed = checks.filter((check) => check.outcome === 'PASS');
    if (passed.length === 0) return [];
    return [
      `✓ *${id}* ${textFor(locale).report.report.folded(passed.length, checks.length)}  ${foldedLine(passed, passed.length === checks.length, locale)}`,
    ];
  });
  return lines.length === 0 ? [] : [context(lines.join('\n'))];
}

/**
 * What was measured where a text says it, and the checks' names for the rest.
 * @param isWhole nothing of the section is wrong: what is measured well of a dead symbol belies the line above it
 */
function foldedLine(passed: readonly CheckResult[], isWhole: boolean, locale: Locale): string {
  const all = isWhole ? passed : [];
  const measured = all.filter((check) => check.says.length > 0 && check.evidence.probe === 'sql');
  const shown = measured.slice(0, 1).map((check) => sentenceForSlack(checkSentence(check, locale)));
  if (shown.length > 0) return shown.join(' · ');
  const names = passed.slice(0, 4).map((check) => sentenceForSlack(check.title[locale]));
  return names.join(', ') + (passed.length > 4 ? '…' : '');
}

function buttons(
  run: StoredRun,
  { locale, stored, furtherButtons = [] }: RunReportOptions,
): readonly Button[] {
  const { button } = textFor(locale).report;
  const again: Button = { actionId: `${run.kind}:run_again`, text: button.runAgain, value: run.target };
  const details: Button = { actionId: 'run:details', text: button.details, value: run.runId };
  // Whoever reads that something is wrong must not have to look for the way out.
  const isGo = run.verdict === 'GO' && run.revokedBy === undefined;
  const rollback = isGo ? [] : rollbackButtons(run.target, locale);
  return [again, ...(stored ? [details] : []), ...furtherButtons, ...rollback];
}
