import { z } from 'zod';
import type { ShapeFault } from './file-fault.js';

/** A number of a file that people write. A whole one that no double holds would silently be its neighbour. */
export const exactNumber = z
  .number()
  .refine(
    (value) => !Number.isInteger(value) || Number.isSafeInteger(value),
    'number_inexact' satisfies ShapeFault,
  );

/**
 * JSON in which a whole number beyond 2^53 is a text of its digits rather than another number. Decimals become the nearest
 * double.
 * @throws SyntaxError
 */
export function parseExactJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!LONG_NUMBER.test(text)) return value;
  return JSON.parse(text.replaceAll(TEXT_OR_NUMBER, (token) => (isExact(token) ? token : `"${token}"`)));
}

const LONG_NUMBER = /\d{16}/;
const TEXT_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

const isExact = (token: string): boolean => !/^-?\d+$/.test(token) || Number.isSafeInteger(Number(token));
