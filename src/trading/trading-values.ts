import pg from 'pg';
import type { ObservedRow, ObservedValue } from '../domain/check-run.js';
import { parseExactJson } from '../domain/exact-number.js';

const { builtins } = pg.types;

/** Text as the server writes it (DateStyle ISO, zone UTC), so that microseconds and odd calendars survive. */
const AS_TEXT = new Set<number>([builtins.DATE, builtins.TIME, builtins.TIMESTAMP, builtins.INTERVAL]);

type Parse = (text: string) => unknown;

/** Lists, by the number of their type in PostgreSQL's catalogue: the driver would round, or leave texts. */
const LISTS_OF: ReadonlyMap<number, Parse> = new Map([
  [1016, parseNumber], // int8[]
  [1231, parseNumber], // numeric[]
  [199, parseExactJson], // json[]
  [3807, parseExactJson], // jsonb[]
]);

/** How the answer's columns become values; handed to each query, so that no other pool is changed by it. */
export const TRADING_TYPES = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): Parse {
    if (oid === builtins.INT8 || oid === builtins.NUMERIC) return parseNumber;
    if (oid === builtins.JSON || oid === builtins.JSONB) return parseExactJson;
    const element = LISTS_OF.get(oid);
    if (element !== undefined) return listOf(element);
    if (oid === builtins.TIMESTAMPTZ) return parseInstant;
    if (AS_TEXT.has(oid)) return (text) => text;
    return pg.types.getTypeParser(oid, format);
  },
};

/** A row with nothing in it but what JSON can hold. */
export function toObservedRow(row: Readonly<Record<string, unknown>>): ObservedRow {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, toObservedValue(value)]));
}

/** The driver's own parser of `text[]`. */
const parseTexts: Parse = pg.types.getTypeParser(1009 as number);

const listOf =
  (parse: Parse): Parse =>
  (text) =>
    parseEntries(parseTexts(text), parse);

function parseEntries(entry: unknown, parse: Parse): unknown {
  if (Array.isArray(entry)) return entry.map((inner) => parseEntries(inner, parse));
  return typeof entry === 'string' ? parse(entry) : null;
}

/**
 * A number, except whole ones beyond 2^53, which stay text rather than become another number. Decimals become the
 * nearest double: averages come with twenty digits, and a condition must be able to compare them.
 */
function parseNumber(text: string): number | string | null {
  const value = Number(text);
  if (!Number.isFinite(value)) return null;
  return Math.abs(value) > Number.MAX_SAFE_INTEGER ? text : value;
}

/** `2026-01-02 03:04:05.678901+00` as RFC 3339. An infinite time is none; nor is a year that RFC 3339 cannot hold. */
function parseInstant(text: string): string | null {
  const parts = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)\+00$/.exec(text);
  return parts ? `${parts[1]}T${parts[2]}Z` : null;
}

function toObservedValue(value: unknown): ObservedValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(toObservedValue);
  if (Buffer.isBuffer(value)) return value.toString('hex');
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toObservedValue(inner)]));
  }
  return String(value);
}
