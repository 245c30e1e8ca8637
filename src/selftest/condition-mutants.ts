import type { MutantChange } from '../domain/unproved.js';
import type { CheckDefinition } from '../runbook/check-definition.js';
import { createConditionCompiler, type Parameters } from '../runbook/conditions.js';
import type { Runbook } from '../runbook/runbook.js';
import { CONDITIONS, type ConditionName, type Mutant } from './mutant.js';

type Settings = Pick<Runbook, 'params' | 'variables'>;

/** A check with its conditions replaced by constants, its bounds moved, and what it expects taken away; one at a time. */
export function conditionMutants(check: CheckDefinition, settings: Settings): readonly Mutant[] {
  return [
    ...CONDITIONS.flatMap((name) => constants(check, name)),
    ...movedParameters(check, settings),
    ...CONDITIONS.flatMap((name) => movedNumbers(check, name, settings)),
    ...withoutExpectations(check),
  ];
}

const mutant = (
  { id }: CheckDefinition,
  change: MutantChange,
  difference: Partial<CheckDefinition>,
): Mutant => ({
  checks: [id],
  change,
  looksAgain: false,
  apply: (check) => ({ ...check, ...difference }),
});

function constants(check: CheckDefinition, condition: ConditionName): readonly Mutant[] {
  const whole = check[condition];
  if (whole === undefined) return [];
  return [true, false]
    .filter((value) => whole.source.trim() !== String(value))
    .map((value) =>
      mutant(
        check,
        { kind: 'constant', condition, value },
        { [condition]: { ...whole, holds: () => value } },
      ),
    );
}

/** A parameter is one bound, wherever the check's conditions ask for it. */
function movedParameters(check: CheckDefinition, { params, variables }: Settings): readonly Mutant[] {
  const text = CONDITIONS.map((name) => check[name]?.source ?? '').join(' ');
  const names = [...new Set([...text.matchAll(/\bparams\.([A-Za-z_]\w*)/g)].map(([, name = '']) => name))];
  return names.flatMap((name) => {
    const from = params[name];
    return (from === undefined ? [] : othersThan(from)).map((to) => {
      const compiler = createConditionCompiler({ ...params, [name]: to }, Object.fromEntries(variables));
      const changed = CONDITIONS.flatMap((condition) => {
        const source = check[condition]?.source;
        return source === undefined ? [] : [[condition, compiler.compile(source)] as const];
      });
      const change = { kind: 'threshold', name, from: JSON.stringify(from), to: JSON.stringify(to) } as const;
      return mutant(check, change, Object.fromEntries(changed));
    });
  });
}

/** A number is moved so far that what any case has lies on one side of it. */
function othersThan(value: Parameters[string]): readonly Parameters[string][] {
  if (typeof value === 'number') return farFrom(value);
  if (typeof value === 'boolean') return [!value];
  if (typeof value === 'string') return [`${value}-other`];
  return [
    value.map((one) => (typeof one === 'number' ? (farFrom(one)[0] ?? 0) : `${one}-other`)) as string[],
  ];
}

const farFrom = (value: number): readonly number[] => {
  const distance = Math.abs(value) * 1000 + 1000;
  return [value + distance, value - distance];
};

const TEXT_OR_NUMBER = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b/g;

/** A number that stands in a condition itself. */
function movedNumbers(
  check: CheckDefinition,
  condition: ConditionName,
  settings: Settings,
): readonly Mutant[] {
  const source = check[condition]?.source ?? '';
  const compiler = createConditionCompiler(settings.params, Object.fromEntries(settings.variables));
  const numbers = [...source.matchAll(TEXT_OR_NUMBER)].filter(([word]) => /^\d/.test(word));
  return numbers.flatMap(({ 0: from, index }) =>
    farFrom(Number(from)).map((moved) => {
      const to = from.includes('.') && Number.isInteger(moved) ? moved.toFixed(1) : String(moved);
      const changed = `${source.slice(0, index)}(${to})${source.slice(index + from.length)}`;
      const name = `${condition}: ${source.replaceAll(/\s+/g, ' ')}`;
      return mutant(check, { kind: 'threshold', name, from, to }, { [condition]: compiler.compile(changed) });
    }),
  );
}

function withoutExpectations(check: CheckDefinition): readonly Mutant[] {
  return [
    ...(check.expectKeys === undefined
      ? []
      : [mutant(check, { kind: 'expect_keys' }, { expectKeys: undefined })]),
    ...(check.noData === 'fail' ? [mutant(check, { kind: 'no_data' }, { noData: 'inconclusive' })] : []),
  ];
}
