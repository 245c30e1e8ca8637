import { isRecord } from '../domain/canonical-json.js';
import { ownValue } from '../domain/own-value.js';
import { plainText } from '../domain/plain-text.js';
import { redact } from '../domain/secrets.js';
import type { VenueOrder, VenuePosition } from '../domain/venue.js';
import { parseStrictJson, UnreadableAnswer } from './strict-json.js';
import type { VenueSettings } from './venue-schema.js';

/** What is shown of a name; ids are compared as they are. */
const SHOWN_CHARACTERS = 120;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** @throws UnreadableAnswer: one row that cannot be read may be an order that can fill. */
export function readOrders(
  bytes: Uint8Array,
  { list, keys }: VenueSettings['openOrders'],
): readonly VenueOrder[] {
  return rowsOf(bytes, list).map((row, index) => {
    const { text, shares } = cellsOf(row, index);
    const filled = keys.filled === undefined ? 0 : shares(keys.filled);
    const price = keys.price === undefined ? null : shares(keys.price);
    return {
      id: text(keys.id),
      market: text(keys.market),
      side: text(keys.side),
      shares: Math.max(0, shares(keys.shares) - filled),
      price,
    };
  });
}

/** @throws UnreadableAnswer */
export function readPositions(
  bytes: Uint8Array,
  { list, keys }: NonNullable<VenueSettings['positions']>,
): readonly VenuePosition[] {
  const rows = rowsOf(bytes, list).map((row, index) => {
    const { text, shares } = cellsOf(row, index);
    return { market: text(keys.market), side: text(keys.side), shares: shares(keys.shares) };
  });
  return rows.filter(({ shares }) => shares !== 0);
}

/** @returns the ids that were cancelled, and how many were not. @throws UnreadableAnswer */
export function readCancelled(
  bytes: Uint8Array,
  { cancelled, failed }: NonNullable<VenueSettings['cancelOrders']>,
): { readonly cancelled: readonly string[]; readonly failed: number } {
  if (cancelled === undefined && failed === undefined) return { cancelled: [], failed: 0 };
  const answer = parseStrictJson(bytes);
  const listAt = (place: string | undefined) => {
    const found = place === undefined ? [] : valueAt(answer, place);
    if (Array.isArray(found)) return found;
    // Ids with the reason for each.
    if (isRecord(found)) return Object.keys(found);
    throw noList(place ?? '');
  };
  return { cancelled: listAt(cancelled).map(String), failed: listAt(failed).length };
}

/** What is shown of an order or a position: never a secret, never more than a line. */
export const shownText = (text: string): string =>
  redact(plainText(text.slice(0, 2 * SHOWN_CHARACTERS)).replaceAll('\n', ' '), 'host').slice(
    0,
    SHOWN_CHARACTERS,
  );

function rowsOf(bytes: Uint8Array, list: string | undefined): readonly unknown[] {
  const answer = parseStrictJson(bytes);
  const found = list === undefined ? answer : valueAt(answer, list);
  if (Array.isArray(found)) return found;
  throw noList(list ?? '');
}

const noList = (place: string) => new UnreadableAnswer({ code: 'venue_no_list', facts: { place } });

/** A field of that very name, or the fields on the way to it. */
function valueAt(value: unknown, place: string): unknown {
  if (!isRecord(value)) return undefined;
  if (Object.hasOwn(value, place)) return value[place];
  return place
    .split('.')
    .reduce<unknown>((within, name) => (isRecord(within) ? ownValue(within, name) : undefined), value);
}

function cellsOf(row: unknown, index: number) {
  const refuse = (place: string, wanted: 'text' | 'number'): never => {
    throw new UnreadableAnswer({ code: 'venue_row_lacks', facts: { row: index + 1, wanted, place } });
  };
  return {
    text(place: string): string {
      const value = valueAt(row, place);
      if (typeof value === 'string' && value.trim() !== '') return value;
      return Number.isSafeInteger(value) ? String(value) : refuse(place, 'text');
    },
    shares(place: string): number {
      const value = valueAt(row, place);
      const isText = typeof value === 'string' && DECIMAL.test(value.trim());
      const number = typeof value === 'number' ? value : isText ? Number(value) : Number.NaN;
      return Number.isFinite(number) ? number : refuse(place, 'number');
    },
  };
}
