import type { MutantChange } from '../domain/unproved.js';
import type { CheckDefinition } from '../runbook/check-definition.js';
import { createConditionCompiler, type Parameters } from '../runbook/conditions.js';
import type { Runbook } from '../runbook/runbook.js';

/** The conditions of a check. */
export const CONDITIONS = ['pass', 'warn', 'fail'] as const;
export type ConditionName = (typeof CONDITIONS)[number];

/** What conditions are compiled against. */
export type Settings = Pick<Runbook, 'params' | 'variables'>;

/** A runbook with one thing changed that decides. A case notices it when its outcome is another. */
export interface Mutant {
  /** The checks that it changes. */
  readonly checks: readonly string[];
  readonly change: MutantChange;
  /** Whether what is observed is another, and not only what is said of it. */
  readonly looksAgain: boolean;
  /** Parameters of the runbook that its statement binds otherwise. */
  readonly binds?: Parameters;
  /** What else of the runbook is otherwise. */
  readonly spoil?: (runbook: Runbook) => Runbook;
  /** @param settings those against which the check itself is compiled. */
  apply(check: CheckDefinition, settings: Settings): CheckDefinition;
}

export const compilerFor = ({ params, variables }: Settings): ReturnType<typeof createConditionCompiler> =>
  createConditionCompiler(params, Object.fromEntries(variables));

/** The check with its conditions compiled against other settings, and changed. */
export function compiledFor(
  check: CheckDefinition,
  settings: Settings,
  change: (source: string) => string = (source) => source,
): CheckDefinition {
  const compiler = compilerFor(settings);
  const changed = CONDITIONS.flatMap((name) => {
    const source = check[name]?.source;
    return source === undefined ? [] : [[name, compiler.compile(change(source))] as const];
  });
  return { ...check, ...Object.fromEntries(changed) };
}

/** The names of the columns that a check reads, and more: a name too many costs nothing. */
export function columnsRead(check: CheckDefinition): readonly string[] {
  const { expectKeys } = check;
  const text = CONDITIONS.map((name) => check[name]?.source ?? '').join(' ');
  const names = [...text.matchAll(/\.\s*([A-Za-z_]\w*)/g)].map(([, name = '']) => name);
  return [...names, ...(expectKeys === undefined ? [] : [expectKeys.column])];
}
