import type { Parameters } from '../runbook/conditions.js';
import { type Statement, tokensOf } from '../runbook/statement.js';
import type { Clause } from './live-clauses.js';
import { everywhere, farFrom, othersThan } from './moved-value.js';
import { extentOf } from './statement-filters.js';

/** A bound of a statement that is another: a parameter of the runbook, or a span of time. */
interface MovedBound {
  /** As people read it, before and after. */
  readonly from: string;
  readonly to: string;
  /** Parameters of the runbook that are others. */
  readonly params: Parameters;
  readonly statement: Statement;
}

/**
 * What the clauses compare with is moved, one by one. A parameter becomes twice and half as much, and goes far up and far
 * down; where it is held against the clock of the statement only far, as no case can lie a second beside that. A span of
 * time becomes twice and half as long.
 */
export function movedBounds(
  statement: Statement,
  clauses: readonly Clause[],
  params: Parameters,
): readonly MovedBound[] {
  const tokens = tokensOf(statement.text);
  const extents = clauses.map((clause) => {
    const [from, to] = extentOf(tokens, clause);
    return Array.from({ length: Math.max(0, to - from) }, (_none, index) => from + index);
  });
  const namesIn = (places: readonly number[]) =>
    places.map((place) => nameOf(tokens[place]?.text ?? '', statement));
  const live = [...new Set(extents.flat())].sort((a, b) => a - b);
  const names = new Set(namesIn(live));
  const isClock = (place: number) => tokens[place]?.text === 'statement_timestamp';
  const besideClock = new Set(extents.flatMap((places) => (places.some(isClock) ? namesIn(places) : [])));
  const ofParameters = [...names].flatMap((name) => {
    const value = params[name];
    const moved = besideClock.has(name) ? farFrom : everywhere;
    return (value === undefined ? [] : othersThan(value, moved)).map((other) => ({
      from: `${name} = ${JSON.stringify(value)}`,
      to: JSON.stringify(other),
      params: { [name]: other },
      statement,
    }));
  });
  const text = Buffer.from(statement.text);
  const ofSpans = live.flatMap((place) => {
    const [word, span] = [tokens[place], tokens[place + 1]];
    if (word?.text.toUpperCase() !== 'INTERVAL' || span?.text.startsWith("'") !== true) return [];
    const from = text.subarray(word.start, span.end).toString();
    return [2, 0.5].map((times) => {
      const to = `${times} * ${from}`;
      const changed = [text.subarray(0, word.start), Buffer.from(`(${to})`), text.subarray(span.end)];
      return { from, to, params: {}, statement: { ...statement, text: Buffer.concat(changed).toString() } };
    });
  });
  return [...ofParameters, ...ofSpans];
}

/** `$1` is the first of its parameters. */
const nameOf = (word: string, { parameters }: Statement): string =>
  /^\$\d+$/.test(word) ? (parameters[Number(word.slice(1)) - 1] ?? '') : '';
