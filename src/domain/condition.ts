import type { ObservedRow } from './check-run.js';

/** Effective values of the strategy's variables, by name without the prefix: what conditions read as `env.NAME`. */
export type EnvironmentValues = Readonly<Record<string, string | number | boolean>>;

/** What the conditions of one check may cost together. */
export interface Allowance {
  /** Whether it is used up: nothing more can be evaluated by it. */
  readonly isSpent: boolean;
  /** @throws TooCostlyError where it is used up */
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
   * another kind than what it is compared with, the answer is not true or false. NoDataError where it asks about each
   * element of an empty list. TooCostlyError where the allowance is used up; without one it has its own.
   */
  holds(rows: readonly ObservedRow[], env?: EnvironmentValues, allowance?: Allowance): boolean;
}

/** A condition over one row. */
export type RowPredicate = (row: ObservedRow, env?: EnvironmentValues, allowance?: Allowance) => boolean;

export class ConditionError extends Error {
  override readonly name: string = 'ConditionError';
}

/** The condition asks about each element of a list or record that has none: nothing was measured. */
export class NoDataError extends ConditionError {
  override readonly name = 'NoDataError';
}

/** Evaluating it would take longer than judging one answer may. */
export class TooCostlyError extends ConditionError {
  override readonly name = 'TooCostlyError';
}
