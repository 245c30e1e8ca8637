import type { Statement } from '../runbook/statement.js';

/**
 * A bound that only a question about the past has: in a run `rowsUntil` is null, so it leaves out nothing and no case
 * could notice that it is gone. Only these two shapes are known to be so; whatever else names `rowsUntil` must be proved.
 * What a statement sees of later rows is judged where it is asked about the past (`runbook/look-back`).
 */
export function isBoundOfThePast(filter: string, statement: Statement): boolean {
  if (UNTIL.test(filter)) return true;
  const source = BEFORE_FIRST_OF.exec(filter)?.[1];
  return source !== undefined && holdsLaterRowsAlone(source, statement);
}

const UNTIL = /^[\w.]+ <= COALESCE\(\$\{rowsUntil\}::timestamptz, 'infinity'\)$/;
const BEFORE_FIRST_OF = /^[\w.]+ < COALESCE\(\(SELECT [\w.]+ FROM (\w+)(?: \w+)?\), 9223372036854775807\)$/;

/** In a run nothing is later than `infinity`: it is empty. */
function holdsLaterRowsAlone(source: string, { text, parameters }: Statement): boolean {
  const place = parameters.indexOf('rowsUntil') + 1;
  const begin = text.search(new RegExp(`\\b${source} AS (?:MATERIALIZED )?\\(`));
  if (place === 0 || begin === -1) return false;
  const body = text
    .slice(begin)
    .replaceAll(/--[^\n]*/g, '')
    .replaceAll(/\s+/g, ' ');
  return new RegExp(
    `^${source} AS (?:MATERIALIZED )?\\( SELECT [\\w.]+ FROM \\w+ (\\w+) WHERE \\1\\.\\w+ > COALESCE\\(\\$${place}::timestamptz, 'infinity'\\) ORDER BY`,
  ).test(body);
}
