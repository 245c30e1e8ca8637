import type { Acknowledgement } from '../src/domain/acknowledgement.js';
import type { CheckResult, CheckRun, StoredRun } from '../src/domain/check-run.js';
import type { Locale } from '../src/domain/localized.js';
import type { Block, Report } from '../src/domain/report.js';
import { freshnessAt, type Verdict, verdictNow } from '../src/domain/verdict.js';
import { actions, type Button, context, escapeMrkdwn, header, LIMITS, section, within } from './blocks.js';
import { chartBlocks, chartsButton } from './charts.js';
import { checkSentence } from './check-sentence.js';
import { sentenceAsText, slackTime } from './moments.js';
import { person } from './person.js';
import { otherProblems, type Problems, problemLine, problemLines, splitProblems } from './problems.js';
import { rollbackButtons } from './rollback-buttons.js';
import { restBlocks } from './run-rest.js';
import { VERDICT_SYMBOL } from './symbols.js';
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
  /** Shown at once; else a button shows them in the thread. */
  readonly withCharts?: boolean;
  /** Warnings of this run that a person has taken upon themselves. */
  readonly acknowledgements?: readonly Acknowledgement[];
}

/** As many blocks above the rest as leave room for it. */
const MAX_TOP_BLOCKS = 40;

/**
 * The report of a run: the verdict, its worst causes, and at once what can be done about it; then everything else, and
 * folded what is right.
 */
export function runReportView(run: StoredRun, options: RunReportOptions): Report {
  const { locale, stored, supersededAt } = options;
  const text = textFor(locale).report;
  const verdict = verdictOf(run, options);
  const deciding = run.checks.filter((check) => check.mode === 'deciding');
  const ofOutcome = (...outcomes: CheckResult['outcome'][]) =>
    deciding.filter((check) => outcomes.includes(check.outcome));
  const groups: readonly Problems[] = [
    { title: text.report.stops, checks: ofOutcome('FAIL') },
    { title: text.report.unknown, checks: ofOutcome('INCONCLUSIVE', 'ERROR', 'SKIPPED') },
    ...(asksFor(run, options) ? [] : [{ title: text.report.warnings, checks: warningsOf(run) }]),
  ];
  const { causes, others } = splitProblems(groups, locale);
  const charts = options.withCharts === true || !stored ? chartBlocks(run.charts, locale) : [];
  const top: Block[] = [
    header(`${VERDICT_SYMBOL[verdict]} ${text.verdict[verdict]} · ${run.strategy} · ${run.target}`),
    context(headline(run, locale)),
    ...expiryBlocks(run, options),
    ...revokedBlocks(run, options),
    ...(supersededAt === undefined ? [] : [context(`⏮ ${text.report.superseded(slackTime(supersededAt))}`)]),
    ...causes,
    ...(asksFor(run, options) ? warnings(run, options) : []),
    ...(stored ? [] : [context(`⚠ ${text.report.notStored}`)]),
    actions(...buttons(run, options)),
  ];
  const shadow = run.checks.filter((check) => check.mode === 'shadow' && check.outcome !== 'PASS');
  const blocks: Block[] = [
    ...within(MAX_TOP_BLOCKS, top, text.report.cut),
    ...otherProblems(
      [...others, ...problemLines({ title: text.report.shadow, checks: shadow }, locale)],
      locale,
    ),
    ...restBlocks(run, locale),
    ...charts,
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
    .map((check) => `${check.title[locale]}: ${escapeMrkdwn(sentenceAsText(checkSentence(check, locale)))}`)
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

/** Whether each warning still waits for somebody who takes it upon themselves. */
const asksFor = (run: StoredRun, options: RunReportOptions): boolean =>
  asksForAcknowledgement(run) &&
  options.supersededAt === undefined &&
  run.revokedBy === undefined &&
  options.stored &&
  freshness(run, options) === 'fresh';

function warnings(run: StoredRun, { locale, acknowledgements = [] }: RunReportOptions): readonly Block[] {
  return [
    section(`*${textFor(locale).report.report.warnings}*`),
    ...warningsOf(run).map((check) => {
      const acknowledgement = acknowledgements.find(({ checkId }) => checkId === check.id);
      return warningBlock(run, check, problemLine(check, locale), acknowledgement, locale);
    }),
    acknowledgedCount(run, acknowledgements, locale),
  ];
}

function buttons(run: StoredRun, options: RunReportOptions): readonly Button[] {
  const { locale, stored } = options;
  const { button } = textFor(locale).report;
  const again: Button = { actionId: `${run.kind}:run_again`, text: button.runAgain, value: run.target };
  const details: Button = { actionId: 'run:details', text: button.details, value: run.runId };
  // Whoever reads that something is wrong must not have to look for the way out.
  const isGo = run.verdict === 'GO' && run.revokedBy === undefined;
  const wayOut = isGo ? [] : rollbackButtons(run.target, locale);
  const hasCharts = run.charts !== undefined && run.charts.length > 0;
  const charts = hasCharts && stored && options.withCharts !== true ? [chartsButton(run, locale)] : [];
  return [
    ...wayOut.slice(0, 1),
    again,
    ...nextStep(run, options),
    ...(stored ? [details] : []),
    ...charts,
    ...wayOut.slice(1),
  ];
}

/** After a precheck that still says GO: what it was run for. */
function nextStep(run: StoredRun, options: RunReportOptions): readonly Button[] {
  const holds = verdictOf(run, options) === 'GO' && options.supersededAt === undefined && options.stored;
  if (run.kind !== 'precheck' || !holds) return [];
  const { deploy } = textFor(options.locale).report.button;
  return [{ actionId: 'deploy:prefill', text: deploy, value: JSON.stringify({ target: run.target }) }];
}
