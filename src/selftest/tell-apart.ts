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

/** So many observations are tried. */
const TRIES = 3_000;

/**
 * Whether a spoiled check can say anything else than the right one, of what the cases hold and of what lies between: a
 * `pass` that says the opposite of `fail`, for example, decides nothing of its own.
 * @param bounds numbers with which its conditions compare.
 */
export function canTellApart(
  check: Judgement,
  spoiled: Judgement,
  sights: readonly Sight[],
  bounds: readonly number[],
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
  const columns = Object.keys(first).map((name) => [name, valuesOf(name, rows, bounds)] as const);
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

/** What stood in the column; of numbers also what lies between them, and around the bounds. */
function valuesOf(name: string, rows: readonly ObservedRow[], bounds: readonly number[]): Values {
  const seen = [...new Map(rows.map((row) => [JSON.stringify(row[name]), row[name] ?? null])).values()];
  const numbers = seen.filter((value) => typeof value === 'number');
  if (numbers.length === 0) return seen;
  const known = [...new Set([...numbers, ...bounds])].sort((a, b) => a - b);
  const between = known.slice(1).map((value, index) => (value + (known[index] ?? value)) / 2);
  return [...seen, ...bounds, ...between];
}

/** The same choice every time; neighbouring numbers choose differently in each column. */
function pick(values: Values, number: number, place: number): ObservedRow[string] {
  const mixed = Math.imul(number * 31 + place + 1, 0x9e3779b1) ^ Math.imul(number + place * 7919, 0x85ebca6b);
  return values[((mixed ^ (mixed >>> 15)) >>> 0) % values.length] ?? null;
}
