import type { CheckResult, CheckRun, ObservedRow } from '../src/domain/check-run.js';
import type { Locale } from '../src/domain/localized.js';
import { ownValue } from '../src/domain/own-value.js';
import type { Block, Modal } from '../src/domain/report.js';
import { actions, clip, code, context, header, LIMITS, section, titledText } from './blocks.js';
import { valueText } from './cell.js';
import { checkSentence } from './check-sentence.js';
import { sentenceForSlack, slackTime } from './moments.js';
import { OUTCOME_SYMBOL, VERDICT_SYMBOL } from './symbols.js';
import { textFor } from './text/index.js';

const DETAILS_CALLBACK = 'run:details';
export const ON_DEMAND_ACTION = 'details:on_demand';

const SHOWN_ROWS = 8;
const SEVERITY: Readonly<Record<CheckResult['outcome'], number>> = {
  FAIL: 0,
  ERROR: 1,
  INCONCLUSIVE: 2,
  SKIPPED: 3,
  WARN: 4,
  PASS: 5,
};

/** What a click on an on-demand figure carries. */
interface OnDemandRequest {
  readonly runId: string;
  readonly checkId: string;
  readonly name: string;
}

/** A figure that was asked for: its rows, or why there are none. */
export interface OnDemandAnswer {
  readonly checkId: string;
  readonly rows: readonly ObservedRow[] | undefined;
  readonly error: string;
}

export function detailsLoadingModal(locale: Locale): Modal {
  const { details } = textFor(locale).report;
  return modal([section(`⏳ ${details.loading}`)], locale);
}

export function detailsGoneModal(locale: Locale): Modal {
  return modal([section(textFor(locale).report.details.gone)], locale);
}

/** The evidence of each check of a run, what is wrong first. */
export function detailsModal(
  run: CheckRun,
  locale: Locale,
  onDemandTitle: (checkId: string, name: string) => string,
  answer?: OnDemandAnswer,
): Modal {
  const text = textFor(locale).report;
  const title = `${VERDICT_SYMBOL[run.verdict]} ${text.verdict[run.verdict]} · ${run.strategy} · ${run.target}`;
  const ordered = run.checks.toSorted((a, b) => SEVERITY[a.outcome] - SEVERITY[b.outcome]);
  const blocks: Block[] = [
    header(title),
    context(`${text.kind[run.kind]} · ${slackTime(run.asOf, 'date_short_pretty')}`),
  ];
  for (const [index, check] of ordered.entries()) {
    const own = checkBlocks(run, check, locale, onDemandTitle, answer);
    if (blocks.length + own.length > LIMITS.viewBlocks - 1) {
      blocks.push(context(text.report.more(ordered.length - index)));
      break;
    }
    blocks.push(...own);
  }
  return modal(blocks, locale);
}

function modal(blocks: readonly Block[], locale: Locale): Modal {
  const text = textFor(locale).report;
  return {
    callbackId: DETAILS_CALLBACK,
    title: clip(text.details.title, LIMITS.modalTitle),
    close: text.button.close,
    blocks,
  };
}

function checkBlocks(
  run: CheckRun,
  check: CheckResult,
  locale: Locale,
  onDemandTitle: (checkId: string, name: string) => string,
  answer: OnDemandAnswer | undefined,
): readonly Block[] {
  const text = textFor(locale).report;
  const title = `${OUTCOME_SYMBOL[check.outcome]} *${check.section} ${check.title[locale]}* · ${text.outcome[check.outcome]}`;
  const head = section(`${title} · ${code(check.id)}\n${sentenceForSlack(checkSentence(check, locale))}`);
  const asked = answer?.checkId === check.id ? [answerBlock(answer, locale)] : [];
  const names = check.evidence.onDemand ?? [];
  const more = names.map((name) => {
    const request: OnDemandRequest = { runId: run.runId, checkId: check.id, name };
    const label = `${text.button.countAll}: ${onDemandTitle(check.id, name)}`;
    return { actionId: ON_DEMAND_ACTION, text: label, value: JSON.stringify(request) };
  });
  return [head, ...evidenceBlocks(check, locale), ...asked, ...(more.length === 0 ? [] : [actions(...more)])];
}

/** What was seen and what was asked for, as they stand; how long it took and where, in small print. */
function evidenceBlocks(check: CheckResult, locale: Locale): readonly Block[] {
  const { details } = textFor(locale).report;
  const { sql, parameters = [] } = check.evidence;
  const bound = parameters.map((value, index) => `$${index + 1} = ${valueText(value)}`).join('\n');
  const parts = [
    { title: details.observed, text: rowsText(check.observed, locale) },
    { title: details.expected, text: check.expected.replaceAll(/; (?=(?:warn|fail): )/g, '\n') },
    ...(sql === undefined ? [] : [{ title: 'SQL', text: sql.trim() }]),
    ...(bound === '' ? [] : [{ title: details.parameters, text: bound }]),
  ];
  return [titledText(...parts), context(smallPrint(check, locale))];
}

function smallPrint(check: CheckResult, locale: Locale): string {
  const { details } = textFor(locale).report;
  const { window, sha256, hosts } = check.evidence;
  const parts = [
    details.took(check.durationMs, slackTime(check.observedAt, 'time_secs')),
    ...(window === undefined
      ? []
      : [`${details.window} ${slackTime(window.from, 'time_secs')} – ${slackTime(window.to, 'time_secs')}`]),
    ...(hosts === undefined ? [] : [hosts.map(sentenceForSlack).join(', ')]),
    ...(sha256 === undefined ? [] : [`SHA-256 ${code(sha256.slice(0, 16))}`]),
  ];
  return parts.join(' · ');
}

function answerBlock({ rows, error }: OnDemandAnswer, locale: Locale): Block {
  return rows === undefined
    ? section(`! ${sentenceForSlack(error)}`)
    : titledText({ title: textFor(locale).report.details.observed, text: rowsText(rows, locale) });
}

/** One value a line; what all rows share stands once, above them. Empty values say nothing and are left out. */
function rowsText(rows: readonly ObservedRow[], locale: Locale): string {
  const { details } = textFor(locale).report;
  if (rows.length === 0) return details.noRows;
  const shared = rows.length === 1 ? {} : sharedValues(rows);
  const own = rows.slice(0, SHOWN_ROWS).map((row) =>
    Object.entries(row)
      .filter(([name]) => !Object.hasOwn(shared, name))
      .flatMap(([name, value]) => valueLine(name, value))
      .join(rows.length === 1 ? '\n' : '  '),
  );
  const common = Object.entries(shared).flatMap(([name, value]) => valueLine(name, value));
  const rest = rows.length - SHOWN_ROWS;
  const lines = [
    ...common,
    ...own.filter((line) => line !== ''),
    ...(rest > 0 ? [details.rowsMore(rest)] : []),
  ];
  return lines.join('\n');
}

const valueLine = (name: string, value: ObservedRow[string]): readonly string[] =>
  value === null || value === '' || value === undefined ? [] : [`${name}=${valueText(value)}`];

function sharedValues(rows: readonly ObservedRow[]): ObservedRow {
  const [first = {}, ...others] = rows;
  const entries = Object.entries(first).filter(([name, value]) =>
    others.every((row) => valueText(ownValue(row, name) ?? null) === valueText(value)),
  );
  return Object.fromEntries(entries);
}
