import { parseExactJson } from '../domain/exact-number.js';
import type { VenueAnswerFault } from '../domain/venue.js';

/** What a program printed does not read as the targets file says. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
  readonly fault: VenueAnswerFault;

  constructor(fault: VenueAnswerFault) {
    super(fault.code);
    this.fault = fault;
  }
}

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;

/**
 * JSON in which no object says a key twice: of two the parser would take the last, and a list that is followed by an empty
 * one of the same name would be empty. Whole numbers beyond 2^53 stay their digits, as text.
 * @throws UnreadableAnswer
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const value = parseExactJson(text);
    refuseKeysTwice(text);
    return value;
  } catch (error) {
    if (error instanceof UnreadableAnswer) throw error;
    const code = bytes.length === 0 ? 'venue_nothing_printed' : 'venue_no_json';
    throw new UnreadableAnswer({ code, facts: {} });
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
      if (keys?.has(key)) throw new UnreadableAnswer({ code: 'venue_key_twice', facts: {} });
      keys?.add(key);
    }
    last = token.startsWith('"') ? token : undefined;
  }
}
