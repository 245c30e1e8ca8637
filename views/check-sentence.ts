import type { CheckResult } from '../src/domain/check-run.js';
import type { DatabaseName } from '../src/domain/database-fault.js';
import { FAULT_CODES, type FaultCode } from '../src/domain/fault.js';
import type { Locale } from '../src/domain/localized.js';
import { ownValue } from '../src/domain/own-value.js';
import { quotedValue } from '../src/domain/quoted-value.js';
import type { Reason, ReasonCode } from '../src/domain/reason.js';
import { cell } from './cell.js';
import { textFor } from './text/index.js';

const SHOWN = 3;
/** One that is left out takes as much room as the words that say so. */
const AT_MOST = 4;

/** What its sentence needs of a result. */
type Told = Pick<CheckResult, 'outcome' | 'reason' | 'besides' | 'says' | 'observed'>;

/** One sentence with observed against expected, with moments as tokens (see `views/moments.ts`). */
export function checkSentence(result: Told, locale: Locale): string {
  const text = textFor(locale).report;
  const said = result.says.map((sentence) => sentence[locale]);
  const besides = (result.besides ?? []).map((reason) => reasonSentence(reason, locale));
  const [first, ...others] = said;
  // What was found to be wrong comes before what could not be seen besides.
  const own = result.reason.code === 'failure_holds' && first !== undefined ? [first] : [];
  const more = own.length > 0 ? others : said;
  const sentences = [...leading(result, locale), ...own, ...besides, ...more, ...following(result, locale)];
  if (sentences.length === 0) return reasonSentence(result.reason, locale);
  const count = sentences.length <= AT_MOST ? sentences.length : SHOWN;
  const shown = sentences.slice(0, count).join(result.outcome === 'PASS' ? ' · ' : ' ');
  const rest = sentences.length - count;
  if (rest === 0) return shown;
  // Behind whole sentences it would read as the beginning of one.
  const left = text.report.more(rest);
  return result.outcome === 'PASS' ? `${shown} ${left}` : `${shown} (${left})`;
}

/** What decided, where the runbook's own sentences are about what is wrong besides. */
function leading(result: Told, locale: Locale): readonly string[] {
  const { code } = result.reason;
  if (code === 'faulty_rows') return faultSentences(result, locale);
  const hasMore = result.says.length > 0 || result.besides !== undefined;
  return code === 'keys_missing' || (result.says.length === 0 && hasMore)
    ? [reasonSentence(result.reason, locale)]
    : [];
}

const following = (result: Told, locale: Locale): readonly string[] =>
  result.reason.code === 'faulty_rows' ? [] : defaultSentences(result, locale);

export function reasonSentence(reason: Reason, locale: Locale): string {
  const facts = reason.facts ?? {};
  return textFor(locale).report.reason[reason.code]((name) => {
    const value = facts[name];
    return (Array.isArray(value) ? value : [value ?? '']).map((one) => quotedValue(String(one))).join(', ');
  });
}

/** What to do about it; the runbook's own words first. '' where nothing is to be done. */
export function remedySentence(result: CheckResult, locale: Locale): string {
  if (result.outcome === 'PASS') return '';
  const general = generalRemedy(result.reason, locale);
  const own = result.remedy?.[locale] ?? '';
  if (general === '') return own;
  // A faulty value is mended in its file, whatever the variable; a start or a model that failed is not.
  const isOwnFirst = result.reason.code === 'faulty_rows' && result.evidence.probe !== 'env';
  return isOwnFirst && own !== '' ? own : general;
}

const DATABASES: Readonly<Partial<Record<ReasonCode, DatabaseName>>> = {
  database_error: 'trading',
  state_database_error: 'state',
};

function generalRemedy({ code, facts }: Reason, locale: Locale): string {
  const { remedy, databaseWayOut, hostWayOut } = textFor(locale).report;
  const general: Readonly<Partial<Record<ReasonCode, string>>> = remedy;
  const fault = String(facts?.code);
  const database = DATABASES[code];
  const ofDatabase = database && ownValue(databaseWayOut, fault)?.(database);
  const ofHost = code === 'host_error' ? ownValue(hostWayOut, fault) : undefined;
  return ofDatabase ?? ofHost ?? general[code] ?? '';
}

function faultSentences(result: Told, locale: Locale): readonly string[] {
  const { fault } = textFor(locale).report;
  return result.observed.flatMap((row) => {
    const code = row['fault'];
    return isFaultCode(code) ? [fault[code](row)] : [];
  });
}

/** A variable that no file sets has a value all the same: the strategy's default, which the report shows and says. */
function defaultSentences(result: Told, locale: Locale): readonly string[] {
  return result.observed
    .filter((row) => row['origin'] === 'default')
    .map((row) => textFor(locale).report.report.defaultApplies(cell(row, 'host'), cell(row, 'value')));
}

const isFaultCode = (value: unknown): value is FaultCode =>
  (FAULT_CODES as readonly unknown[]).includes(value);
