import type { MutantChange } from '../domain/unproved.js';
import type { CheckDefinition } from '../runbook/check-definition.js';
import type { Parameters } from '../runbook/conditions.js';
import { operandsOf, withoutOperand } from './condition-operands.js';
import { othersThan, twiceAndHalf } from './moved-value.js';
import {
  CONDITIONS,
  type ConditionName,
  compiledFor,
  compilerFor,
  type Mutant,
  type Settings,
} from './mutant.js';

/** A check with its conditions replaced by constants, an operand dropped, its bounds moved, and what it expects taken away; one at a time. */
export function conditionMutants(check: CheckDefinition, { params }: Settings): readonly Mutant[] {
  return [
    ...CONDITIONS.flatMap((name) => constants(check, name)),
    ...withoutOperands(check),
    ...movedParameters(check, params),
    ...CONDITIONS.flatMap((name) => movedNumbers(check, name)),
    ...withoutExpectations(check),
  ];
}

const mutant = ({ id }: CheckDefinition, change: MutantChange, apply: Mutant['apply']): Mutant => ({
  checks: [id],
  change,
  looksAgain: false,
  apply,
});

function constants(check: CheckDefinition, condition: ConditionName): readonly Mutant[] {
  const whole = check[condition];
  if (whole === undefined) return [];
  return [true, false]
    .filter((value) => whole.source.trim() !== String(value))
    .map((value) =>
      mutant(check, { kind: 'constant', condition, value }, (own) => ({
        ...own,
        [condition]: { ...whole, holds: () => value },
      })),
    );
}

/** An operand is one part of the check, wherever its conditions say it: `each` has both of them say the same. */
function withoutOperands(check: CheckDefinition): readonly Mutant[] {
  const operands = new Set(CONDITIONS.flatMap((name) => operandsOf(check[name]?.source ?? 'true')));
  return [...operands].map((operand) =>
    mutant(check, { kind: 'operand', operand }, (own, settings) =>
      compiledFor(own, settings, (source) => withoutOperand(source, operand)),
    ),
  );
}

/** A parameter is one bound, wherever the check's conditions ask for it. */
function movedParameters(check: CheckDefinition, params: Parameters): readonly Mutant[] {
  const text = CONDITIONS.map((name) => check[name]?.source ?? '').join(' ');
  const names = [...new Set([...text.matchAll(/\bparams\.([A-Za-z_]\w*)/g)].map(([, name = '']) => name))];
  return names.flatMap((name) => {
    const from = params[name];
    return (from === undefined ? [] : othersThan(from, twiceAndHalf)).map((to) => {
      const change = { kind: 'threshold', name, from: JSON.stringify(from), to: JSON.stringify(to) } as const;
      return mutant(check, change, (own, settings) =>
        compiledFor(own, { ...settings, params: { ...settings.params, [name]: to } }),
      );
    });
  });
}

const TEXT_OR_NUMBER = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b/g;

/** A number that stands in a condition itself. */
function movedNumbers(check: CheckDefinition, condition: ConditionName): readonly Mutant[] {
  const source = check[condition]?.source ?? '';
  const numbers = [...source.matchAll(TEXT_OR_NUMBER)].filter(([word]) => /^\d/.test(word));
  return numbers.flatMap(({ 0: from, index }) =>
    twiceAndHalf(Number(from)).map((moved) => {
      const to = from.includes('.') && Number.isInteger(moved) ? moved.toFixed(1) : String(moved);
      const changed = `${source.slice(0, index)}(${to})${source.slice(index + from.length)}`;
      const name = `${condition}: ${source.replaceAll(/\s+/g, ' ')}`;
      return mutant(check, { kind: 'threshold', name, from, to }, (own, settings) => ({
        ...own,
        [condition]: compilerFor(settings).compile(changed),
      }));
    }),
  );
}

function withoutExpectations(check: CheckDefinition): readonly Mutant[] {
  return [
    ...(check.expectKeys === undefined
      ? []
      : [mutant(check, { kind: 'expect_keys' }, (own) => ({ ...own, expectKeys: undefined }))]),
    ...(check.noData === 'fail'
      ? [mutant(check, { kind: 'no_data' }, (own) => ({ ...own, noData: 'inconclusive' as const }))]
      : []),
  ];
}
