import type { ScanToken } from 'libpg-query';
import { type Statement, tokensOf } from '../runbook/statement.js';
import type { Clause } from './live-clauses.js';

/** A part of a statement's conditions, and the statement in which it is always true. */
interface Filter {
  /** As it stands in the runbook. */
  readonly text: string;
  /** Of a branch of CASE that is never taken: false. */
  readonly holds: boolean;
  /** Of the statement, from 1. */
  readonly line: number;
  readonly without: Statement;
}

/**
 * The conditions of the clauses, one by one: each operand of AND, each bound of BETWEEN. One that is dropped stays where
 * it was, behind `TRUE OR`, so that the types of its parameters are still known. A branch of CASE is also never taken.
 */
export function filtersOf(statement: Statement, clauses: readonly Clause[]): readonly Filter[] {
  const text = Buffer.from(statement.text);
  const tokens = tokensOf(statement.text);
  const between = (from: number, to: number) => text.subarray(startAt(from), endBefore(to)).toString();
  const startAt = (index: number) => tokens[index]?.start ?? text.length;
  const endBefore = (index: number) => tokens[index - 1]?.end ?? text.length;
  const dropped = clauses.flatMap((clause) => {
    const [from, to] = extentOf(tokens, clause);
    const never: readonly Part[] = clause.keyword === 'WHEN' ? [{ from, to, holds: false }] : [];
    return [...partsOf(tokens, from, to), ...never];
  });
  return dropped.map(({ from, to, kept, holds = true }) => {
    const whole = between(from, to);
    const constant = holds ? `(TRUE OR (${whole}))` : `(FALSE AND (${whole}))`;
    const rest = kept && `${between(...kept.value)} ${kept.sign} ${between(...kept.bound)}`;
    const changed = Buffer.concat([
      text.subarray(0, startAt(from)),
      Buffer.from(rest === undefined ? constant : `(${rest} AND ${constant})`),
      text.subarray(endBefore(to)),
    ]);
    const shown =
      kept === undefined ? whole : `${between(...kept.value)} ${kept.lostSign} ${between(...kept.lost)}`;
    const line = text.subarray(0, startAt(from)).toString().split('\n').length;
    const without = { ...statement, text: changed.toString() };
    return { line, text: withNames(shown, statement), holds, without };
  });
}

const withNames = (text: string, { parameters }: Statement): string =>
  text
    .replaceAll(/\$(\d+)/g, (whole, place: string) => {
      const name = parameters[Number(place) - 1];
      return name === undefined ? whole : `\${${name}}`;
    })
    .replaceAll(/\s+/g, ' ');

type Extent = readonly [from: number, to: number];

interface Part {
  readonly from: number;
  readonly to: number;
  readonly holds?: false;
  /** Of a BETWEEN that loses one bound: what is left of it. */
  readonly kept?: {
    readonly value: Extent;
    readonly sign: string;
    readonly bound: Extent;
    readonly lostSign: string;
    readonly lost: Extent;
  };
}

const ENDS: ReadonlySet<string> = new Set(
  'THEN GROUP ORDER LIMIT HAVING WINDOW UNION EXCEPT INTERSECT OFFSET FETCH FOR WHERE JOIN LEFT RIGHT FULL INNER CROSS NATURAL AS , ; FROM'.split(
    ' ',
  ),
);

/** The tokens of a clause: up to the parenthesis that closes around it, or to the word that begins the next. */
export function extentOf(tokens: readonly ScanToken[], { keyword, place }: Clause): Extent {
  const at = tokens.findIndex(({ start }) => start >= place);
  const from =
    keyword === undefined
      ? at
      : tokens.findLastIndex((token, index) => index <= at && wordOf(token) === keyword) + 1;
  const ends = [...topLevel(tokens, from, tokens.length)].find(
    (index) =>
      ENDS.has(wordOf(tokens[index])) &&
      !(wordOf(tokens[index]) === 'FROM' && wordOf(tokens[index - 1]) === 'DISTINCT') &&
      // left(…) is a function
      !(['LEFT', 'RIGHT'].includes(wordOf(tokens[index])) && tokens[index + 1]?.text === '('),
  );
  return [from, ends ?? closing(tokens, from)];
}

function partsOf(
  tokens: readonly ScanToken[],
  start: number,
  end: number,
  isDroppable = true,
): readonly Part[] {
  const [from, to] = unwrapped(tokens, start, end);
  const alternatives = split(tokens, from, to, 'OR');
  const whole = isDroppable && !isTrue(tokens, from, to) ? [{ from: start, to: end }] : [];
  if (alternatives.length > 1) {
    return [...whole, ...alternatives.flatMap((part) => partsOf(tokens, ...part, false))];
  }
  const operands = split(tokens, from, to, 'AND');
  if (operands.length > 1) return operands.flatMap((part) => partsOf(tokens, ...part));
  const bounds = boundsOf(tokens, from, to);
  return bounds.length > 0 ? bounds : whole;
}

/** `x BETWEEN a AND b` without its lower, and without its upper bound. */
function boundsOf(tokens: readonly ScanToken[], from: number, to: number): readonly Part[] {
  const top = [...topLevel(tokens, from, to)];
  const word = top.find((index) => wordOf(tokens[index]) === 'BETWEEN');
  const and = top.find((index) => word !== undefined && index > word && wordOf(tokens[index]) === 'AND');
  if (word === undefined || and === undefined || wordOf(tokens[word - 1]) === 'NOT') return [];
  const value: Extent = [from, word];
  const lower: Extent = [word + 1, and];
  const upper: Extent = [and + 1, to];
  return [
    { from, to, kept: { value, sign: '<=', bound: upper, lostSign: '>=', lost: lower } },
    { from, to, kept: { value, sign: '>=', bound: lower, lostSign: '<=', lost: upper } },
  ];
}

function split(
  tokens: readonly ScanToken[],
  from: number,
  to: number,
  word: 'AND' | 'OR',
): readonly Extent[] {
  const parts: Extent[] = [];
  let start = from;
  let isBetween = false;
  for (const index of topLevel(tokens, from, to)) {
    const here = wordOf(tokens[index]);
    if (here === 'BETWEEN') isBetween = true;
    else if (here === 'AND' && isBetween) isBetween = false;
    else if (here === word) {
      parts.push([start, index]);
      start = index + 1;
    }
  }
  return [...parts, [start, to]];
}

/** Without the parentheses around the whole; those of a subquery stay. */
function unwrapped(tokens: readonly ScanToken[], from: number, to: number): Extent {
  const isWrapped = tokens[from]?.text === '(' && closing(tokens, from + 1) === to - 1;
  const isQuery = ['SELECT', 'WITH', 'VALUES'].includes(wordOf(tokens[from + 1]));
  return isWrapped && !isQuery ? unwrapped(tokens, from + 1, to - 1) : [from, to];
}

const isTrue = (tokens: readonly ScanToken[], from: number, to: number): boolean =>
  to === from + 1 && wordOf(tokens[from]) === 'TRUE';

/** The tokens that stand in no parentheses and in no CASE of their own, up to the one that closes around them. */
function* topLevel(tokens: readonly ScanToken[], from: number, to: number): Generator<number> {
  let depth = 0;
  for (let index = from; index < to; index++) {
    const word = wordOf(tokens[index]);
    if (CLOSING.has(word)) depth--;
    if (depth < 0) return;
    if (depth === 0) yield index;
    if (OPENING.has(word)) depth++;
  }
}

function closing(tokens: readonly ScanToken[], from: number): number {
  const last = [...topLevel(tokens, from, tokens.length)].at(-1) ?? from - 1;
  return last + 1;
}

const OPENING: ReadonlySet<string> = new Set(['(', '[', 'CASE']);
const CLOSING: ReadonlySet<string> = new Set([')', ']', 'END']);

/** In capitals; a name in quotes and a text are no words. */
const wordOf = (token: ScanToken | undefined): string => token?.text.toUpperCase() ?? '';
