import type { CheckDefinition, Query } from '../runbook/check-definition.js';
import { liveClauses } from './live-clauses.js';
import { columnsRead, type Mutant } from './mutant.js';
import { filtersOf } from './statement-filters.js';

/**
 * Each statement without one of its filters. Checks that share a statement prove it together: a filter that one of them
 * does not need is noticed by another.
 */
export function statementMutants(checks: readonly CheckDefinition[]): readonly Mutant[] {
  const queries = new Map<Query, CheckDefinition[]>();
  for (const check of checks) {
    const { query } = check.probe;
    if (query !== undefined) queries.set(query, [...(queries.get(query) ?? []), check]);
  }
  return [...queries].flatMap(([query, sharing]) => mutantsOfQuery(query, sharing));
}

function mutantsOfQuery(query: Query, sharing: readonly CheckDefinition[]): readonly Mutant[] {
  const columns = sharing.flatMap(({ probe }) =>
    'column' in probe && typeof probe.column === 'string' ? [probe.column] : [],
  );
  // One that takes the whole answer reads its columns by their names.
  const own = columns.length === sharing.length ? new Set(columns) : undefined;
  const clauses = liveClauses(query.statement.text, [...columns, ...sharing.flatMap(columnsRead)], own);
  return filtersOf(query.statement, clauses).map(({ text, line, without }, index) => ({
    checks: sharing.map(({ id }) => id),
    change: { kind: 'filter', query: query.name, line, filter: text },
    looksAgain: true,
    apply: ({ probe, ...check }) => ({
      ...check,
      id: `${check.id}.without_${index}`,
      probe: { ...probe, query: { ...query, name: `${query.name} without ${index}`, statement: without } },
    }),
  }));
}
