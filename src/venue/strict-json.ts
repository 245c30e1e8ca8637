import { parseExactJson } from '../domain/exact-number.js';

/** What a program printed is no JSON that can be read in one way alone. */
export class NotStrictJson extends Error {
  override readonly name = 'NotStrictJson';
}

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;

/**
 * JSON in which no object says a key twice: of two the parser would take the last, and a list that is followed by an empty
 * one of the same name would be empty. Whole numbers beyond 2^53 stay their digits, as text.
 * @throws NotStrictJson
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const value = parseExactJson(text);
    refuseKeysTwice(text);
    return value;
  } catch (error) {
    if (error instanceof NotStrictJson) throw error;
    throw new NotStrictJson(bytes.length === 0 ? 'nothing was printed' : 'what was printed is no JSON');
  }
}

/** @param text that is JSON */
function refuseKeysTwice(text: string): void {
  // undefined: a list.
  const within: (Set<string> | undefined)[] = [];
  let last: string | undefined;
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{') within.push(new Set());
    else if (token === '[') within.push(undefined);
    else if (token === '}' || token === ']') within.pop();
    else if (token === ':' && last !== undefined) {
      // `\u0061` is `a`.
      const key = String(JSON.parse(last));
      const keys = within.at(-1);
      if (keys?.has(key)) throw new NotStrictJson('a key stands twice in one object');
      keys?.add(key);
    }
    last = token.startsWith('"') ? token : undefined;
  }
}
