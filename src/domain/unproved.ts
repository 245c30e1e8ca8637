import type { RunKind } from './outcome.js';

/** What a self-test finds wanting besides the cases themselves. */

/** Where a decision would rest on no check. */
export type EmptyPart =
  | { readonly part: 'runbook' }
  | { readonly part: 'run_kind'; readonly kind: RunKind }
  | { readonly part: 'criterion'; readonly id: string };

/** A word of `orders` is unknown, or another. */
export interface OrderChange {
  readonly kind: 'order_word';
  readonly place: string;
  readonly word: string;
}

/** What is different in a spoiled copy of a check. */
export type MutantChange =
  | OrderChange
  /** A part of the statement's conditions is always true. The line is that of the statement, from 1. */
  | { readonly kind: 'filter'; readonly query: string; readonly line: number; readonly filter: string }
  /** A bound of its conditions is another. */
  | { readonly kind: 'threshold'; readonly name: string; readonly from: string; readonly to: string }
  /** A branch of a CASE in its statement is never taken. */
  | { readonly kind: 'branch'; readonly query: string; readonly line: number; readonly branch: string }
  /** A parameter, or a span of time, of its statement is another. */
  | { readonly kind: 'statement_bound'; readonly query: string; readonly from: string; readonly to: string }
  /** A condition is always or never met. */
  | { readonly kind: 'constant'; readonly condition: 'pass' | 'warn' | 'fail'; readonly value: boolean }
  /** An operand of `&&` or `||` in its conditions counts no more. */
  | { readonly kind: 'operand'; readonly operand: string }
  /** A variable is read otherwise. */
  | { readonly kind: 'variable'; readonly name: string; readonly what: string }
  /** A part of what a start's log is searched for is another. */
  | { readonly kind: 'start_log'; readonly what: string }
  /** A run of this kind holds fewer checks, or more. */
  | { readonly kind: 'run_checks'; readonly run: RunKind }
  /** A criterion rests on other checks, or counts the other way round. */
  | { readonly kind: 'criterion_checks'; readonly id: string }
  /** Nothing is expected to be there. */
  | { readonly kind: 'expect_keys' }
  /** No data is no failure. */
  | { readonly kind: 'no_data' };
