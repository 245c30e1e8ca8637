import type { ObservedRow } from '../domain/check-run.js';
import { evaluateCheck } from '../domain/evaluate-check.js';
import { readVariable, type VariableDefinition } from '../domain/variable.js';
import type { CheckDefinition } from '../runbook/check-definition.js';
import type { Runbook } from '../runbook/runbook.js';
import { everywhere } from './moved-value.js';
import type { Mutant } from './mutant.js';

type Declared = Pick<Runbook, 'variables' | 'systemVariables'>;
type Enum = Extract<VariableDefinition, { type: 'enum' }>;

interface Change {
  readonly what: string;
  readonly definition: VariableDefinition;
}

/**
 * Each variable that a check reads is read otherwise: trimmed or not, capitals told apart or not, a word as another one,
 * a bound moved, the nearer bound taken or not, no default.
 */
export function variableMutants(checks: readonly CheckDefinition[], declared: Declared): readonly Mutant[] {
  return (['variables', 'systemVariables'] as const).flatMap((key) =>
    [...declared[key]].flatMap(([name, definition]) => {
      const own = checks.filter(({ probe }) => variableOf(probe) === name);
      const others =
        key === 'variables' ? checks.filter(({ environment }) => environment.includes(name)) : [];
      return changesOf(definition).flatMap(({ what, definition: changed }): Mutant[] => {
        const readers = [...own.filter((check) => canTell(check, definition, changed)), ...others];
        if (readers.length === 0) return [];
        return [
          {
            checks: readers.map(({ id }) => id),
            change: { kind: 'variable', name, what },
            looksAgain: true,
            spoil: (runbook) => ({ ...runbook, [key]: new Map([...runbook[key], [name, changed]]) }),
            apply: (check) =>
              variableOf(check.probe) === name
                ? { ...check, probe: { ...check.probe, ...{ definition: changed } } }
                : check,
          },
        ];
      });
    }),
  );
}

/** The variable that the check is about. */
const variableOf = (probe: CheckDefinition['probe']): unknown =>
  probe.kind === 'env' && 'variable' in probe ? probe.variable : undefined;

function changesOf(definition: VariableDefinition): readonly Change[] {
  const { trim = !isNumber(definition), default: usual } = definition;
  return [
    { what: `trim: ${!trim}`, definition: { ...definition, trim: !trim } },
    ...(usual === undefined
      ? []
      : [{ what: 'no default', definition: { ...definition, default: undefined } }]),
    ...(definition.type === 'enum' ? changesOfWords(definition) : []),
    ...(isNumber(definition) ? changesOfBounds(definition) : []),
  ];
}

type NumberDefinition = Extract<VariableDefinition, { type: 'number' | 'integer' }>;

const isNumber = (definition: VariableDefinition): definition is NumberDefinition =>
  definition.type === 'number' || definition.type === 'integer';

function changesOfBounds(definition: NumberDefinition): readonly Change[] {
  const { clamp = false } = definition;
  return [
    { what: `clamp: ${!clamp}`, definition: { ...definition, clamp: !clamp } },
    ...(['min', 'max'] as const).flatMap((bound) => {
      const value = definition[bound];
      if (value === undefined) return [];
      return everywhere(value).map((moved) => ({
        what: `${bound}: ${moved}`,
        definition: { ...definition, [bound]: moved },
      }));
    }),
  ];
}

/** Each word stands for the default, and each of the default's for another value. */
function changesOfWords(definition: Enum): readonly Change[] {
  const { values, exact = false, default: usual } = definition;
  const names = Object.keys(values);
  const moved = names.flatMap((name) =>
    [name, ...(values[name] ?? [])].flatMap((word) => {
      const target = usual !== undefined && usual !== name && usual in values ? usual : otherOf(names, name);
      if (target === undefined) return [];
      const changed = Object.entries(values).map(([other, aliases]) => {
        const kept = aliases.filter((alias) => alias !== word);
        if (other === target) return [other, [...kept, word]] as const;
        // What is left of a value that has lost its own word.
        return [other === word ? `${other}_` : other, kept] as const;
      });
      return [
        { what: `${word} as ${target}`, definition: { ...definition, values: Object.fromEntries(changed) } },
      ];
    }),
  );
  return [{ what: `exact: ${!exact}`, definition: { ...definition, exact: !exact } }, ...moved];
}

const otherOf = (names: readonly string[], name: string) => names.find((other) => other !== name);

/** Whether any text in a file would have another outcome: a number that is no right one may be refused or clamped. */
function canTell(check: CheckDefinition, before: VariableDefinition, after: VariableDefinition): boolean {
  const texts = [undefined, ...textsFor(before, check), ...textsFor(after, check)];
  return texts.some((text) =>
    [true, false].some((isSimulated) => {
      const [right, spoiled] = [before, after].map((one) => outcomeOf(check, one, text, isSimulated));
      return right !== spoiled;
    }),
  );
}

function outcomeOf(
  check: CheckDefinition,
  definition: VariableDefinition,
  text: string | undefined,
  isSimulated: boolean,
): string {
  const reading = readVariable(definition, text);
  if (reading.kind === 'fault') return 'FAIL';
  const origin = reading.isDefault ? 'default' : 'file';
  const row: ObservedRow = { value: reading.value, raw: text ?? null, origin, models: '', fault: '' };
  return evaluateCheck(check, { rows: [{ ...row, target_dry_run: isSimulated }] }).outcome;
}

function textsFor(definition: VariableDefinition, check: CheckDefinition): readonly string[] {
  const named = [...check.pass.source.matchAll(/"([^"]*)"|\b\d+(?:\.\d+)?/g)].map(
    ([word, text = word]) => text,
  );
  const { min = 0, max = 1 } = isNumber(definition) ? definition : {};
  const words = definition.type === 'enum' ? Object.entries(definition.values).flat(2) : [];
  const numbers = isNumber(definition) ? [min, max, min - 1, max + 1, (min + max) / 2].map(String) : [];
  const ofType = definition.type === 'boolean' ? ['true', 'false'] : ['/models/model.onnx', 'v1'];
  const all = [...named, ...words, ...numbers, ...ofType, definition.default ?? ''];
  return all.flatMap((text) => [text, ` ${text} `, text.toUpperCase()]);
}
