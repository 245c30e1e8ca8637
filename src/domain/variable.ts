import { FALSE_WORDS, TRUE_WORDS } from './boolean-words.js';
import type { VariableFault } from './fault.js';
import { plainPath } from './host-setting.js';
import { nearestWord } from './spelling.js';

interface AnyVariable {
  /** What applies where no file sets it, and where the strategy ignores what stands there. */
  readonly default?: string | undefined;
  /** Whether the strategy takes blanks around the value away; unless told, it does except for numbers. */
  readonly trim?: boolean | undefined;
}

/** How the strategy reads one variable of its environment; the `variables` of a runbook. */
export type VariableDefinition = AnyVariable & VariableType;

type VariableType =
  | { readonly type: 'boolean' }
  | {
      readonly type: 'enum';
      /** Each word with its aliases. */
      readonly values: Readonly<Record<string, readonly string[]>>;
      /** The strategy tells capital letters apart. */
      readonly exact?: boolean | undefined;
    }
  | {
      readonly type: 'number' | 'integer';
      readonly min?: number | undefined;
      readonly max?: number | undefined;
      /** The strategy takes the nearer bound for a number outside; otherwise such a number is a fault. */
      readonly clamp?: boolean | undefined;
    }
  | { readonly type: 'text' | 'path' };

export type VariableValue = string | number | boolean;

type VariableReading =
  | {
      readonly kind: 'value';
      /** What is in force. */
      readonly value: VariableValue;
      readonly isDefault: boolean;
      /** The range, where its bound is in force instead of what is written. */
      readonly outside?: string;
    }
  | {
      readonly kind: 'fault';
      readonly fault: VariableFault;
      readonly nearest?: string;
      readonly expected?: string;
    };

/**
 * Reads a variable as the strategy does, but calls wrong what the strategy would silently ignore: a text that is no
 * boolean, no known word or no number in range leaves the default in force without an error.
 * @param raw undefined: no environment file sets it, so the default applies.
 */
export function readVariable(definition: VariableDefinition, raw: string | undefined): VariableReading {
  if (raw === undefined) {
    if (definition.default === undefined) return { kind: 'fault', fault: 'not_set' };
    const reading = readText(definition, definition.default);
    return reading.kind === 'value' ? { ...reading, isDefault: true } : reading;
  }
  if (raw.trim() === '') return { kind: 'fault', fault: 'empty' };
  return readText(definition, isTrimmed(definition) ? raw.trim() : raw);
}

/** Rust's number parser takes no blanks; words and texts are commonly trimmed before they are looked at. */
const isTrimmed = ({ type, trim = type !== 'number' && type !== 'integer' }: VariableDefinition): boolean =>
  trim;

function readText(definition: VariableDefinition, text: string): VariableReading {
  switch (definition.type) {
    case 'boolean':
      return readBoolean(text);
    case 'enum':
      return readEnum(definition, text);
    case 'number':
    case 'integer':
      return readNumber(definition, text);
    case 'path':
      return text.startsWith('/') ? readAs(plainPath(text)) : { kind: 'fault', fault: 'not_absolute' };
    case 'text':
      return readAs(text);
  }
}

const readAs = (value: VariableValue) => ({ kind: 'value', value, isDefault: false }) as const;

function readBoolean(text: string): VariableReading {
  const word = text.toLowerCase();
  if (TRUE_WORDS.includes(word)) return readAs(true);
  if (FALSE_WORDS.includes(word)) return readAs(false);
  return wrongWord('not_a_boolean', text, ['true', 'false', 'yes', 'no', 'on', 'off'], 'true, false');
}

type EnumType = Extract<VariableType, { type: 'enum' }>;

/** Each word and alias as it is compared, with the name of its value. */
const wordsOf = ({ values, exact }: Pick<EnumType, 'values' | 'exact'>) =>
  Object.entries(values).flatMap(([name, aliases]) =>
    [name, ...aliases].map((written) => ({ name, written, word: exact ? written : written.toLowerCase() })),
  );

/** A word that stands for two values, as it stands for the second one. */
export function ambiguousWord(definition: VariableDefinition): string | undefined {
  if (definition.type !== 'enum') return undefined;
  const names = new Map<string, string>();
  for (const { name, written, word } of wordsOf(definition)) {
    if ((names.get(word) ?? name) !== name) return written;
    names.set(word, name);
  }
  return undefined;
}

function readEnum({ values, exact = false }: EnumType, text: string): VariableReading {
  const written = exact ? text : text.toLowerCase();
  for (const { name, word } of wordsOf({ values, exact })) if (word === written) return readAs(name);
  return wrongWord('not_one_of', text, Object.keys(values), Object.keys(values).join(', '));
}

function wrongWord(
  fault: VariableFault,
  text: string,
  known: readonly string[],
  expected: string,
): VariableReading {
  const nearest = nearestWord(text, known);
  return { kind: 'fault', fault, expected, ...(nearest === undefined ? {} : { nearest }) };
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)$/;

function readNumber(
  definition: Extract<VariableType, { type: 'number' | 'integer' }>,
  text: string,
): VariableReading {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = definition;
  const range = rangeText(definition.min, definition.max);
  if (!DECIMAL.test(text)) return { kind: 'fault', fault: 'not_a_number', expected: range };
  const value = Number(text);
  if (definition.type === 'integer' && !/^\+?\d+$/.test(text)) {
    return { kind: 'fault', fault: 'not_whole', expected: range };
  }
  // No double holds it: its neighbour would be judged.
  if (definition.type === 'integer' && !Number.isSafeInteger(value)) {
    const expected = rangeText(definition.min, definition.max ?? Number.MAX_SAFE_INTEGER);
    return { kind: 'fault', fault: 'out_of_range', expected };
  }
  if (value >= min && value <= max) return readAs(value);
  if (!definition.clamp) return { kind: 'fault', fault: 'out_of_range', expected: range };
  return { ...readAs(Math.min(Math.max(value, min), max)), outside: range };
}

function rangeText(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return `${min}…${max}`;
  if (min !== undefined) return `≥ ${min}`;
  return max === undefined ? '' : `≤ ${max}`;
}
