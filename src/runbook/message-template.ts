import type { ObservedRow, ObservedValue } from '../domain/check-run.js';
import type { EnvironmentValues } from '../domain/condition.js';
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
type NumberFormat = keyof typeof FORMATS;

/** A moment inside a message, written by each surface in its reader's own way: `⟨2026-01-01T00:00:00.000Z⟩`. */
const momentToken = (rfc3339: string): string => `⟨${rfc3339}⟩`;

/** @throws RefusedPart naming a hole that is no parameter's and no column's name, or an unknown format. */
export function compileMessage(source: string, parameters: Parameters): MessageTemplate {
  for (const [, name = '', format] of source.matchAll(HOLE)) {
    const parameter = /^params\.(\w+)$/.exec(name)?.[1];
    if (parameter !== undefined && parameters[parameter] === undefined) {
      throw new RefusedPart({ code: 'text_parameter_unknown', facts: { parameter } });
    }
    if (format !== undefined && format !== 'time' && !(format in FORMATS)) {
      const known = [...Object.keys(FORMATS), 'time'].join(', ');
      throw new RefusedPart({ code: 'text_format_unknown', facts: { format, known } });
    }
  }
  const valueAt = (name: string, row: ObservedRow, env: EnvironmentValues): ObservedValue | undefined => {
    const [scope, inner = ''] = name.split('.', 2);
    if (scope === 'params') return parameters[inner];
    return scope === 'env' ? env[inner] : row[name];
  };
  const render = (row: ObservedRow, env: EnvironmentValues = {}): string =>
    source.replaceAll(HOLE, (_whole, name: string, format: string | undefined) =>
      formatValue(valueAt(name, row, env), format),
    );
  return { source, render };
}

const HOLE = /\{([A-Za-z_][\w.]*)(?::([a-z]+))?\}/g;

function formatValue(value: ObservedValue | undefined, format: string | undefined): string {
  if (value === null || value === undefined) return '—';
  if (format === 'time' && typeof value === 'string') return momentToken(value);
  if (format !== undefined && format in FORMATS && typeof value === 'number') {
    return FORMATS[format as NumberFormat](value);
  }
  if (Array.isArray(value)) return value.map((item) => formatValue(item, format)).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
