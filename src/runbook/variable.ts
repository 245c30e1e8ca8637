import { nearestWord } from '../conversation/spelling.js';
import { FALSE_WORDS, TRUE_WORDS } from '../domain/boolean-words.js';
import type { VariableFault } from '../domain/fault.js';
import { plainPath } from '../domain/host-setting.js';

/** How the strategy reads one variable of its environment; the `variables` of a runbook. */
export type VariableDefinition =
  | { readonly type: 'boolean'; readonly default?: string | undefined }
  | {
      readonly type: 'enum';
      /** Each word with its aliases. */
      readonly values: Readonly<Record<string, readonly string[]>>;
      /** The strategy tells capital letters apart. */
      readonly exact?: boolean | undefined;
      readonly default?: string | undefined;
    }
  | {
      readonly type: 'number' | 'integer';
      readonly min?: number | undefined;
      readonly max?: number | undefined;
      readonly default?: string | undefined;
    }
  | { readonly type: 'text' | 'path'; readonly default?: string | undefined };

export type VariableValue = string | number | boolean;

type VariableReading =
  | { readonly kind: 'value'; readonly value: VariableValue; readonly isDefault: boolean }
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
  return readText(definition, raw.trim());
}

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

const readAs = (value: VariableValue): VariableReading => ({ kind: 'value', value, isDefault: false });

function readBoolean(text: string): VariableReading {
  const word = text.toLowerCase();
  if (TRUE_WORDS.includes(word)) return readAs(true);
  if (FALSE_WORDS.includes(word)) return readAs(false);
  return wrongWord('not_a_boolean', text, ['true', 'false', 'yes', 'no', 'on', 'off'], 'true, false');
}

function readEnum(
  { values, exact = false }: Extract<VariableDefinition, { type: 'enum' }>,
  text: string,
): VariableReading {
  const word = exact ? text : text.toLowerCase();
  for (const [name, aliases] of Object.entries(values)) {
    if (word === name || aliases.includes(word)) return readAs(name);
  }
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
  definition: Extract<VariableDefinition, { type: 'number' | 'integer' }>,
  text: string,
): VariableReading {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = definition;
  const range = rangeText(definition.min, definition.max);
  if (!DECIMAL.test(text)) return { kind: 'fault', fault: 'not_a_number', expected: range };
  const value = Number(text);
  if (definition.type === 'integer' && !/^\+?\d+$/.test(text)) {
    return { kind: 'fault', fault: 'not_whole', expected: range };
  }
  if (value < min || value > max) return { kind: 'fault', fault: 'out_of_range', expected: range };
  return readAs(value);
}

function rangeText(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return `${min}…${max}`;
  if (min !== undefined) return `≥ ${min}`;
  return max === undefined ? '' : `≤ ${max}`;
}
