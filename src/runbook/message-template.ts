import type { ObservedRow, ObservedValue } from '../domain/check-run.js';
import type { EnvironmentValues } from '../domain/condition.js';
import { ownValue } from '../domain/own-value.js';
import { quotedValue, withinQuotes } from '../domain/quoted-value.js';
import type { ConfigurationSentence } from '../domain/sentence.js';
import { nearestWord } from '../domain/spelling.js';
import type { Parameters } from './conditions.js';
import { RefusedPart } from './configuration-fault.js';

/**
 * A sentence with holes: `{symbol} {lag_secs:secs}, expected under {params.lagPassSecs} s`.
 * A hole names a column of the row, a parameter or a variable (`{env.NAME}`), and may say how to write it.
 */
export interface MessageTemplate {
  readonly source: string;
  render(row: ObservedRow, env?: EnvironmentValues): string;
}

const FORMATS = {
  /** One decimal, without the unit: seconds, or a rate. */
  secs: (value: number) =>
    value.toLocaleString('en-US', {
      minimumFractionDigits: 1,
      maximumFractionDigits: 1,
      signDisplay: 'negative', // -0.04 is 0.0
    }),
  int: (value: number) => Math.round(value).toLocaleString('en-US'),
  number: (value: number) => String(Number(value.toPrecision(6))),
  percent: (value: number) => (value > 0 && value < 0.0005 ? '< 0.1 %' : `${(value * 100).toFixed(1)} %`),
  /** What is left of one: the other weight of two. */
  rest: (value: number) => FORMATS.number(1 - value),
} as const;
const isNumberFormat = (word: string): word is keyof typeof FORMATS => Object.hasOwn(FORMATS, word);

/** A moment inside a message, written by each surface in its reader's own way: `⟨2026-01-01T00:00:00.000Z⟩`. */
const momentToken = (rfc3339: string): string => `⟨${rfc3339}⟩`;

/** What the holes of a sentence may name. */
interface Fillings {
  readonly parameters: Parameters;
  /** Of a row; undefined: whatever its source answers. */
  readonly columns?: ReadonlySet<string> | undefined;
  /** undefined: not looked at. */
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** What nothing can fill, hole by hole. */
export const holeFaults = (source: string, fillings: Fillings): readonly ConfigurationSentence[] =>
  [...source.matchAll(HOLE)].flatMap(([, name = '', format]) => [
    ...nameFaults(name, fillings),
    ...formatFaults(format),
  ]);

function nameFaults(
  name: string,
  { parameters, columns, variables }: Fillings,
): readonly ConfigurationSentence[] {
  const [, scope, inner = ''] = /^(params|env)\.(.+)$/.exec(name) ?? [];
  if (scope === 'params')
    return Object.hasOwn(parameters, inner)
      ? []
      : [{ code: 'text_parameter_unknown', facts: { parameter: inner } }];
  if (scope === 'env')
    return variables === undefined || Object.hasOwn(variables, inner)
      ? []
      : [{ code: 'variable_unknown', facts: { name: inner } }];
  if (columns === undefined || columns.has(name)) return [];
  return [{ code: 'text_column_unknown', facts: { name, nearest: nearestWord(name, [...columns]) } }];
}

function formatFaults(format: string | undefined): readonly ConfigurationSentence[] {
  if (format === undefined || format === 'time' || Object.hasOwn(FORMATS, format)) return [];
  const known = [...Object.keys(FORMATS), 'time'].join(', ');
  return [{ code: 'text_format_unknown', facts: { format, known } }];
}

/** The holes of a text in which nothing is filled in. */
export const holesIn = (source: string): readonly string[] =>
  [...source.matchAll(HOLE)].map(([hole]) => hole);

/** The variables that a sentence reads as `{env.NAME}`. */
export const variablesIn = (source: string): readonly string[] =>
  [...source.matchAll(HOLE)].flatMap(([, name = '']) => (name.startsWith('env.') ? [name.slice(4)] : []));

/** @throws RefusedPart naming a hole that is no parameter's name, or an unknown format. */
export function compileMessage(source: string, parameters: Parameters): MessageTemplate {
  const [fault] = holeFaults(source, { parameters });
  if (fault !== undefined) throw new RefusedPart(fault);
  const valueAt = (name: string, row: ObservedRow, env: EnvironmentValues): ObservedValue | undefined => {
    const [scope, inner = ''] = name.split('.', 2);
    if (scope === 'params') return ownValue(parameters, inner);
    return scope === 'env' ? ownValue(env, inner) : ownValue(row, name);
  };
  const render = (row: ObservedRow, env: EnvironmentValues = {}): string =>
    source.replaceAll(HOLE, (hole, name: string, format: string | undefined, at: number) => {
      const isQuoted = source[at - 1] === '`' && source[at + hole.length] === '`';
      return formatValue(valueAt(name, row, env), format, isQuoted ? withinQuotes : quotedValue);
    });
  return { source, render };
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
const HOLE = /\{([A-Za-z_][\w.]*)(?::([^{}]*))?\}/g;

/** @param write how a text of others is written where it stands */
function formatValue(
  value: ObservedValue | undefined,
  format: string | undefined,
  write: (text: string) => string,
): string {
  if (value === null || value === undefined) return '—';
  if (format === 'time' && typeof value === 'string' && RFC_3339.test(value)) return momentToken(value);
  if (format !== undefined && isNumberFormat(format) && typeof value === 'number') {
    return FORMATS[format](value);
  }
  if (Array.isArray(value)) return value.map((item) => formatValue(item, format, write)).join(', ');
  return write(typeof value === 'object' ? JSON.stringify(value) : String(value));
}
