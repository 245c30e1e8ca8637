import type { RE2JS } from 're2js';
import { RefusedPart } from './configuration-fault.js';

/**
 * A regular expression of the runbook. What it is matched against are other people's bytes, so that the time must grow
 * with their length alone: no look-around, no back references (docs/decisions/re2js.md).
 */
export interface LinearPattern {
  /** As it was written. */
  readonly source: string;
  test(text: string): boolean;
  exec(text: string): Match | null;
}

interface Match {
  /** By name; undefined: the group took no part. */
  readonly groups?: Readonly<Record<string, string | undefined>> | undefined;
}

let engine: typeof RE2JS | undefined;

/** To be awaited once before `compilePattern`. */
export async function loadPatternEngine(): Promise<void> {
  engine = (await import('re2js')).RE2JS;
}

/** A longer pattern is no pattern: its automaton would grow with it. */
const MAX_LENGTH = 1_000;

/** @throws RefusedPart that says why the text is no pattern, or none that can be matched in linear time. */
export function compilePattern(source: string, { ignoresCase = false } = {}): LinearPattern {
  if (engine === undefined) throw new Error('loadPatternEngine was not awaited');
  if (source.length > MAX_LENGTH) {
    throw new RefusedPart({ code: 'pattern_too_long', facts: { most: MAX_LENGTH } });
  }
  try {
    const pattern = engine.compile(source, ignoresCase ? engine.CASE_INSENSITIVE : 0);
    return {
      source,
      test: (text) => pattern.test(text),
      exec: (text) => pattern.exec(text) as Match | null,
    };
  } catch (error) {
    const part = backtrackingPart(source);
    if (part === undefined) throw error;
    throw new RefusedPart({ code: 'pattern_not_linear', facts: { part } }, undefined, { cause: error });
  }
}

/** What only an engine that goes back and tries again can match. */
const backtrackingPart = (source: string): string | undefined =>
  /\(\?<?[=!]|\\[1-9]|\\k</.exec(source.replaceAll('\\\\', ''))?.[0];
