import { isNode, isScalar, parseDocument, Scalar, stringify } from 'yaml';
import { UsageError } from '../conversation/errors.js';
import type { ParameterValue } from '../domain/backtest.js';
import { ownValue } from '../domain/own-value.js';
import { nearestWord } from '../domain/spelling.js';
import type { Parameters } from '../runbook/conditions.js';

/**
 * What was typed as `NAME=VALUE`, of the kind that the runbook's parameter has.
 * @throws UsageError
 */
export function readParameter(
  pair: string,
  params: Parameters,
): { readonly name: string; readonly value: ParameterValue } {
  const [, name = '', text = ''] = /^([^=]+)=(.+)$/s.exec(pair) ?? [];
  if (name === '') throw new UsageError('not_a_pair', { pair });
  const known = ownValue(params, name);
  if (known === undefined) {
    const nearest = nearestWord(name, Object.keys(params));
    throw new UsageError('unknown_parameter', { name, nearest });
  }
  const value = valueLike(known, text.trim());
  if (value === undefined) throw new UsageError('parameter_kind', { name, known: shownValue(known), text });
  return { name, value };
}

const shownValue = (value: ParameterValue): string =>
  Array.isArray(value) ? value.join(',') : String(value);

function valueLike(known: ParameterValue, text: string): ParameterValue | undefined {
  if (Array.isArray(known)) {
    const parts = text.replaceAll(/^\[|\]$/g, '').split(',');
    const words = parts.map((part) => part.trim()).filter((part) => part !== '');
    if (words.length === 0) return undefined;
    if (typeof known[0] !== 'number') return words;
    const numbers = words.map(numberOf);
    return numbers.includes(undefined) ? undefined : (numbers as number[]);
  }
  if (typeof known === 'number') return numberOf(text);
  if (typeof known === 'boolean') return { true: true, false: false }[text];
  return text;
}

function numberOf(text: string): number | undefined {
  const isPlain = /^-?\d{1,15}(\.\d{1,15})?$/.test(text);
  return isPlain ? Number(text) : undefined;
}

/**
 * The text of a runbook with other values of some parameters, and nothing else changed: comments, blanks and order stand.
 * @throws Error for a parameter that the text does not write out under `params`
 */
export function changeParameters(text: string, set: Readonly<Record<string, ParameterValue>>): string {
  const document = parseDocument(text, { maxAliasCount: 100 } as never);
  const places = Object.entries(set).map(([name, value]) => {
    const node = document.getIn(['params', name], true);
    if (!isNode(node) || !node.range) throw new Error(`the runbook has no parameter ${name}`);
    const [from, to] = node.range;
    return { from, to, written: written(value, isScalar(node) ? node : undefined) };
  });
  let changed = text;
  for (const { from, to, written: value } of places.toSorted((one, other) => other.from - one.from)) {
    changed = changed.slice(0, from) + value + changed.slice(to);
  }
  return changed;
}

/** On one line, quoted as it was. */
function written(value: ParameterValue, before: Scalar | undefined): string {
  if (Array.isArray(value)) {
    const words = value.map((one: string | number) => stringify(one, { lineWidth: 0 }).trim());
    return `[${words.join(', ')}]`;
  }
  const node = new Scalar(value);
  if (typeof value === 'string' && before?.type !== undefined) node.type = before.type;
  return stringify(node, { lineWidth: 0 }).trim();
}
