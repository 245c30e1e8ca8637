import type { ObservedRow, ObservedValue } from './check-run.js';
import {
  type Allowance,
  type Condition,
  ConditionError,
  conditionReason,
  type EnvironmentValues,
  type RowPredicate,
} from './condition.js';
import type { Outcome } from './outcome.js';
import { ownValue } from './own-value.js';
import type { Reason, ReasonCode } from './reason.js';

export interface Evaluation {
  readonly outcome: Outcome;
  readonly reason: Reason;
  /** What is wrong or missing besides: one fault hides no other. */
  readonly besides: readonly Reason[];
  /** The rows that a message speaks of: the wrong ones, or all where nothing is wrong. */
  readonly telling: readonly ObservedRow[];
  /** Rows that are wrong as well, where a faulty or a missing one decides. */
  readonly alsoWrong: readonly ObservedRow[];
}

/** What a check says of the rows that its probe has seen. */
export interface Judgement {
  readonly pass: Condition;
  readonly warn: Condition | undefined;
  readonly fail: Condition;
  readonly isWrongRow: RowPredicate | undefined;
  readonly expectKeys: ExpectedKeys | undefined;
  /** What no row at all means. */
  readonly noData: 'inconclusive' | 'fail';
}

/** Values of a column of which each needs a row. */
interface ExpectedKeys {
  readonly column: string;
  readonly values: readonly string[];
  readonly missing: 'fail' | 'inconclusive';
}

/** The column by which a probe calls a row wrong by itself; a code of `FAULT_CODES`, or ''. */
const FAULT_COLUMN = 'fault';

/**
 * Turns an observation into an outcome. `fail` goes first and nothing overrides it; PASS needs `pass` to hold on
 * rows that exist; whatever is left over is INCONCLUSIVE, and what cannot be evaluated is ERROR.
 * @param allowance of all its conditions together; without one each has its own.
 */
export function evaluateCheck(
  check: Judgement,
  { rows, gaps = [] }: { readonly rows: readonly ObservedRow[]; readonly gaps?: readonly Reason[] },
  env: EnvironmentValues = {},
  allowance?: Allowance,
): Evaluation {
  const gap = worstGap(gaps);
  const missing = missingKeys(check, rows);
  const absent: Reason | undefined =
    missing.length > 0 ? { code: 'keys_missing', facts: { missing } } : undefined;
  // The conditions go before the rows to show: these may use up what is left.
  const conclude = (
    outcome: Outcome,
    reason: Reason,
    telling = wrongRows(check, rows, env, allowance) ?? rows,
    alsoWrong: readonly ObservedRow[] = [],
  ): Evaluation => ({
    outcome,
    reason,
    besides: [absent, gap].filter((other) => other !== undefined && other.code !== reason.code) as Reason[],
    telling,
    alsoWrong,
  });

  const faulty = rows.filter((row) => hasFault(row));
  if (faulty.length > 0) {
    const reason: Reason = { code: 'faulty_rows', facts: { count: faulty.length } };
    return conclude('FAIL', reason, faulty, wrongBesides(check, rows, env, allowance));
  }
  if (absent !== undefined && check.expectKeys?.missing === 'fail')
    return conclude('FAIL', absent, undefined, wrongBesides(check, rows, env, allowance));

  const noData = (): Evaluation => {
    if (gap !== undefined) return conclude(outcomeOfGap(gap), gap);
    if (absent !== undefined) return conclude('INCONCLUSIVE', absent);
    return conclude(check.noData === 'fail' ? 'FAIL' : 'INCONCLUSIVE', { code: 'no_data' });
  };
  if (!rows.some(holdsData)) return noData();

  try {
    if (check.fail.holds(rows, env, allowance)) return conclude('FAIL', { code: 'failure_holds' });
    if (gap !== undefined) return conclude(outcomeOfGap(gap), gap);
    if (absent !== undefined)
      return conclude('INCONCLUSIVE', absent, undefined, wrongBesides(check, rows, env, allowance));
    if (!check.pass.holds(rows, env, allowance)) return conclude('INCONCLUSIVE', { code: 'neither_holds' });
    if (check.warn?.holds(rows, env, allowance)) return conclude('WARN', { code: 'warning_holds' });
    return conclude('PASS', { code: 'conditions_hold' }, rows);
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    const { code } = error.fault;
    if (code === 'nothing_measured') return noData();
    return conclude('ERROR', conditionReason(error.fault), code === 'too_costly' ? rows : undefined);
  }
}

/** What did not answer weighs more than what is known to be absent; all hosts of the latter are named together. */
function worstGap(gaps: readonly Reason[]): Reason | undefined {
  const worst = gaps.find((gap) => outcomeOfGap(gap) === 'ERROR') ?? gaps[0];
  if (worst === undefined || outcomeOfGap(worst) === 'ERROR') return worst;
  const hosts = gaps.filter(({ code }) => code === worst.code).flatMap(({ facts }) => facts?.['hosts'] ?? []);
  return { ...worst, facts: { ...worst.facts, hosts: hosts.map(String) } };
}

/** What is known to be absent is a gap in the data; what did not answer is an error. */
const outcomeOfGap = ({ code }: Reason): Outcome => (ABSENCES.has(code) ? 'INCONCLUSIVE' : 'ERROR');

const ABSENCES: ReadonlySet<ReasonCode> = new Set([
  'service_stopped',
  'service_down',
  'start_unknown',
  'account_unknown',
]);

/** `false AS fault` says that there is none. */
const hasFault = ({ [FAULT_COLUMN]: fault = '' }: ObservedRow): boolean =>
  fault !== null && fault !== '' && fault !== false;

/** A row in which nothing was measured (an aggregate over no rows) is no data; nor is a list or record without any. */
const holdsData = (row: ObservedRow): boolean => Object.values(row).some(isMeasured);

function isMeasured(value: ObservedValue): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(isMeasured);
  return value !== null && value !== '';
}

function missingKeys(check: Judgement, rows: readonly ObservedRow[]): readonly string[] {
  if (check.expectKeys === undefined) return [];
  const { column, values } = check.expectKeys;
  const seen = new Set(rows.map((row) => String(ownValue(row, column))));
  return values.filter((value) => !seen.has(value));
}

/** undefined: none is wrong by the check's own word. */
function wrongRows(
  { isWrongRow }: Judgement,
  rows: readonly ObservedRow[],
  env: EnvironmentValues,
  allowance: Allowance | undefined,
): readonly ObservedRow[] | undefined {
  if (isWrongRow === undefined) return undefined;
  const wrong = rows.filter((row) => {
    try {
      return isWrongRow(row, env, allowance);
    } catch {
      return true; // a row that cannot be judged is worth showing
    }
  });
  return wrong.length > 0 ? wrong : undefined;
}

/** What is wrong among the rows that are there and have no fault, where something else decides already. */
function wrongBesides(
  check: Judgement,
  rows: readonly ObservedRow[],
  env: EnvironmentValues,
  allowance: Allowance | undefined,
): readonly ObservedRow[] {
  const others = rows.filter((row) => !hasFault(row) && holdsData(row));
  if (check.isWrongRow !== undefined) return wrongRows(check, others, env, allowance) ?? [];
  try {
    return check.fail.holds(others, env, allowance) ? others : [];
  } catch {
    return [];
  }
}
