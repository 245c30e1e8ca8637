import type { ObservedRow } from '../domain/check-run.js';
import type { EnvironmentValues } from '../domain/condition.js';
import { evaluateCheck, type Judgement } from '../domain/evaluate-check.js';
import type { Outcome } from '../domain/outcome.js';

/** What a check has seen in a case. */
export interface Sight {
  readonly rows: readonly ObservedRow[];
  readonly env: EnvironmentValues;
}

type Values = readonly ObservedRow[string][];
type Word = number | string | null;

/** So many observations are tried. */
const TRIES = 3_000;

/**
 * Whether a spoiled check can say anything else than the right one, of what the cases hold and of what lies between: a
 * `pass` that says the opposite of `fail`, for example, decides nothing of its own.
 * @param words values that its conditions name.
 */
export function canTellApart(
  check: Judgement,
  spoiled: Judgement,
  sights: readonly Sight[],
  words: readonly Word[],
): boolean {
  const differs = ({ rows, env }: Sight): boolean => {
    const right = outcome(check, rows, env);
    // What cannot be judged is no observation that a case could hold.
    return right !== 'ERROR' && right !== outcome(spoiled, rows, env);
  };
  if (sights.some(differs)) return true;
  const rows = sights.flatMap((sight) => sight.rows);
  const [first] = rows;
  if (first === undefined) return true; // nothing shows that it cannot
  const columns = Object.keys(first).map((name) => [name, valuesOf(name, rows, words)] as const);
  for (let number = 0; number < TRIES; number++) {
    const row = Object.fromEntries(
      columns.map(([name, values], place) => [name, pick(values, number, place)]),
    );
    const { env = {} } = sights[number % sights.length] ?? {};
    if (differs({ rows: [row], env })) return true;
  }
  return false;
}

const outcome = (check: Judgement, rows: readonly ObservedRow[], env: EnvironmentValues): Outcome =>
  evaluateCheck(check, { rows }, env).outcome;

/** What stood in the column, and what its conditions name of the same kind; of numbers also what lies between them. */
function valuesOf(name: string, rows: readonly ObservedRow[], words: readonly Word[]): Values {
  const seen = [...new Map(rows.map((row) => [JSON.stringify(row[name]), row[name] ?? null])).values()];
  const kinds = new Set(seen.map((value) => typeof value));
  const named = words.filter((word) => word === null || kinds.has(typeof word));
  const other = kinds.has('boolean') ? [true, false] : [];
  const known = [...seen, ...named].filter((value) => typeof value === 'number').sort((a, b) => a - b);
  const between = known.slice(1).map((value, index) => (value + (known[index] ?? value)) / 2);
  return [...seen, ...named, ...other, ...between];
}

/** The same choice every time; neighbouring numbers choose differently in each column. */
function pick(values: Values, number: number, place: number): ObservedRow[string] {
  const mixed = Math.imul(number * 31 + place + 1, 0x9e3779b1) ^ Math.imul(number + place * 7919, 0x85ebca6b);
  return values[((mixed ^ (mixed >>> 15)) >>> 0) % values.length] ?? null;
}
