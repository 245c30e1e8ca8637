import type { MutantChange } from '../domain/unproved.js';
import type { CheckDefinition } from '../runbook/check-definition.js';

/** The conditions of a check. */
export const CONDITIONS = ['pass', 'warn', 'fail'] as const;
export type ConditionName = (typeof CONDITIONS)[number];

/** A runbook with one thing changed that decides. A case notices it when its outcome is another. */
export interface Mutant {
  /** The checks that it changes. */
  readonly checks: readonly string[];
  readonly change: MutantChange;
  /** Whether what is observed is another, and not only what is said of it. */
  readonly looksAgain: boolean;
  apply(check: CheckDefinition): CheckDefinition;
}

/** The names of the columns that a check reads, and more: a name too many costs nothing. */
export function columnsRead(check: CheckDefinition): readonly string[] {
  const { expectKeys } = check;
  const text = CONDITIONS.map((name) => check[name]?.source ?? '').join(' ');
  const names = [...text.matchAll(/\.\s*([A-Za-z_]\w*)/g)].map(([, name = '']) => name);
  return [...names, ...(expectKeys === undefined ? [] : [expectKeys.column])];
}
