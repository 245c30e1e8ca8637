import { tablesOf } from '../runbook/statement.js';

/**
 * The statements of the base without those that fill tables which nothing of a case looks at: most of the time of a
 * self-test goes into rows. Where a check reads what no statement fills by itself (a view, a trigger's table), all stay.
 * @param query what the check asks.
 * @param others the case's own statements.
 */
export function neededRows(
  base: readonly string[],
  query: string,
  others: readonly string[],
): readonly string[] {
  const filled = base.map((statement) => FILLS.exec(statement)?.[1]);
  if (!tablesOf(query).every((table) => filled.includes(table))) return base;
  const isNamed = (table: string, index: number): boolean => {
    const rest = base.filter((_statement, other) => filled[other] !== filled[index]);
    const name = new RegExp(`\\b${table}\\b`);
    return [query, ...others, ...rest].some((text) => name.test(text));
  };
  return base.filter((_statement, index) => {
    const table = filled[index];
    return table === undefined || isNamed(table, index);
  });
}

const FILLS = /^\s*INSERT\s+INTO\s+(\w+)\s*\(/i;
