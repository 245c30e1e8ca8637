import JSON5 from 'json5';
import { parseExactJson } from '../domain/exact-number.js';

/**
 * JSON, and JSON as Python writes it: with `NaN`, `Infinity` and `-Infinity` as bare words. JSON5 knows them; what else it
 * allows (comments, trailing commas) does no harm. Nothing in it recurses, so depth costs no stack. @throws SyntaxError
 */
export function parsePythonJson(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return JSON5.parse(text);
  }
}
