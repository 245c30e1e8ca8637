import type { CheckDefinition, Query } from '../runbook/check-definition.js';
import type { Parameters } from '../runbook/conditions.js';
import type { Statement } from '../runbook/statement.js';
import { liveClauses } from './live-clauses.js';
import { columnsRead, type Mutant } from './mutant.js';
import { isBoundOfThePast } from './past-bounds.js';
import { movedBounds } from './statement-bounds.js';
import { filtersOf } from './statement-filters.js';

/**
 * Each statement without one of its filters, and with one of its bounds moved. Checks that share a statement prove it
 * together: a filter that one of them does not need is noticed by another.
 */
export function statementMutants(checks: readonly CheckDefinition[], params: Parameters): readonly Mutant[] {
  const queries = new Map<Query, CheckDefinition[]>();
  for (const check of checks) {
    const { query } = check.probe;
    if (query !== undefined) queries.set(query, [...(queries.get(query) ?? []), check]);
  }
  return [...queries].flatMap(([query, sharing]) => mutantsOfQuery(query, sharing, params));
}

type Change = Pick<Mutant, 'change' | 'binds'> & { readonly statement: Statement };

function mutantsOfQuery(
  query: Query,
  sharing: readonly CheckDefinition[],
  params: Parameters,
): readonly Mutant[] {
  const columns = sharing.flatMap(({ probe }) =>
    'column' in probe && typeof probe.column === 'string' ? [probe.column] : [],
  );
  // One that takes the whole answer reads its columns by their names.
  const own = columns.length === sharing.length ? new Set(columns) : undefined;
  const clauses = liveClauses(query.statement.text, [...columns, ...sharing.flatMap(columnsRead)], own);
  const { name } = query;
  const provable = filtersOf(query.statement, clauses).filter(
    ({ text }) => !isBoundOfThePast(text, query.statement),
  );
  const filters = provable.map(({ text, line, holds, without }): Change => {
    const change = holds
      ? ({ kind: 'filter', query: name, line, filter: text } as const)
      : ({ kind: 'branch', query: name, line, branch: text } as const);
    return { change, statement: without };
  });
  const bounds = movedBounds(query.statement, clauses, params).map(
    ({ from, to, params: binds, statement }): Change => ({
      change: { kind: 'statement_bound', query: name, from, to },
      binds,
      statement,
    }),
  );
  return [...filters, ...bounds].map(({ change, binds, statement }, index) => ({
    checks: sharing.map(({ id }) => id),
    change,
    looksAgain: true,
    ...(binds === undefined ? {} : { binds }),
    apply: ({ probe, ...check }) => ({
      ...check,
      id: `${check.id}.spoiled_${index}`,
      probe: { ...probe, query: { ...query, name: `${name} spoiled ${index}`, statement } },
    }),
  }));
}
