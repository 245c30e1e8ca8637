import type { ObservedRow } from './check-run.js';
import { ownValue } from './own-value.js';
import type { Reason } from './reason.js';

/** Effective values of the strategy's variables, by name without the prefix: what conditions read as `env.NAME`. */
export type EnvironmentValues = Readonly<Record<string, string | number | boolean>>;

/** What the conditions of one check may cost together. */
export interface Allowance {
  /** Whether it is used up: nothing more can be evaluated by it. */
  readonly isSpent: boolean;
  /** @throws ConditionError `too_costly` where it is used up */
  spend(steps: number): void;
}

/** A condition of the runbook, compiled. */
export interface Condition {
  /** The condition as it stands in the file. */
  readonly source: string;
  /** The same with its parameters' values in place of their names. */
  readonly text: string;
  /**
   * @throws ConditionError when it cannot be evaluated: a column is missing, a value was not measured or is of
   * another kind than what it is compared with, the answer is not true or false, the allowance is used up; without one
   * it has its own.
   */
  holds(rows: readonly ObservedRow[], env?: EnvironmentValues, allowance?: Allowance): boolean;
}

/** A condition over one row. */
export type RowPredicate = (row: ObservedRow, env?: EnvironmentValues, allowance?: Allowance) => boolean;

/** Why a condition, or what feeds it, gives no answer. */
interface ConditionFaultFacts {
  /** The condition asks about each element of a list or record that has none: nothing was measured. */
  nothing_measured: NoFacts;
  /** Evaluating it would take longer than judging one answer may. */
  too_costly: NoFacts;
  value_null: NoFacts;
  value_empty_text: NoFacts;
  value_not_a_number: NoFacts;
  /** It divides by zero, or is too large. */
  calculation_unanswered: NoFacts;
  kinds_differ: { readonly left: ValueKind; readonly right: ValueKind };
  not_true_or_false: NoFacts;
  /** In the words of the library. */
  library: { readonly text: string };
  query_rows: { readonly count: number };
  query_column_missing: { readonly column: string };
  query_column_no_list: { readonly column: string };
  query_column_no_records: { readonly column: string };
}
type NoFacts = Readonly<Record<never, never>>;
type ConditionFaultCode = keyof ConditionFaultFacts;
export type ConditionFault = {
  [C in ConditionFaultCode]: { readonly code: C; readonly facts: ConditionFaultFacts[C] };
}[ConditionFaultCode];
export type ValueKind = 'list' | 'record' | 'number' | 'text' | 'boolean';

export class ConditionError extends Error {
  override readonly name = 'ConditionError';
  readonly fault: ConditionFault;

  constructor(fault: ConditionFault, options?: ErrorOptions) {
    super([fault.code, ...Object.values(fault.facts)].join(' '), options);
    this.fault = fault;
  }
}

/** The reason of a check that could not be judged for it. */
export const conditionReason = ({ code, facts }: ConditionFault): Reason =>
  code === 'too_costly' ? { code } : { code: 'condition_error', facts: { ...facts, fault: code } };

type ConditionFact = (name: string) => string;
export type ConditionFaults = Readonly<Record<ConditionFaultCode, (fact: ConditionFact) => string>>;

/** @param fact also `fault`, its code; of a run that an earlier version stored `error`, the sentence itself */
export const sayConditionFault = (faults: ConditionFaults, fact: ConditionFact): string =>
  ownValue<(fact: ConditionFact) => string>(faults, fact('fault'))?.(fact) ?? fact('error');
