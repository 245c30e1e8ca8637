import { z } from 'zod';
import { isRecord } from '../../domain/canonical-json.js';
import type { ObservedRow, ObservedValue } from '../../domain/check-run.js';
import { type ConditionFault, conditionReason } from '../../domain/condition.js';
import { nearestWord } from '../../domain/spelling.js';
import { sha256Of } from '../../machine/sha256.js';
import { answerColumns, wordsWithin } from '../../runbook/answer-columns.js';
import type { Query } from '../../runbook/check-definition.js';
import { name } from '../../runbook/runbook-schema.js';
import { refuseStale } from '../../trading/source-state.js';
import { bindParameters } from '../context/bind-parameters.js';
import type { CheckContext, ProbeCall } from '../context/check-context.js';
import { ProbeError } from '../context/observation.js';
import { defineProbe } from '../context/probe-kind.js';
import { configured } from '../context/read-moment.js';

/** The rows of one statement on the trading database; checks that name the same query share one execution. */
export const sqlProbe = defineProbe({
  kind: 'sql',
  needs: 'trading_database',
  /** `column` holds the rows of this check as a JSON list, in the answer of a query that several checks share. */
  keys: { sql: z.string().min(1), query: name, column: name },
  beside: { column: 'query' },
  compile({ sql, query: shared = '', column }, tools) {
    const query = sql === undefined ? tools.query(shared) : tools.statement(sql);
    if (query === undefined) return undefined;
    const { text } = query.statement;
    const columns = answerColumns(text);
    if (column === undefined) return { query, column, columns, expectKeys: query.expectKeys };
    if (columns?.has(column) !== false) return { query, column, columns: wordsWithin(text) };
    const nearest = nearestWord(column, [...columns]);
    return tools.fault({ code: 'query_column_unknown', facts: { name: column, nearest } });
  },
  async observe({ query, column }, context, call) {
    const { statement } = query;
    const { text } = statement;
    const asked = { probe: 'sql', sql: text, sha256: sha256Of(text) };
    call.noteEvidence?.(asked);
    const { values, spans, gaps } = await bindParameters(statement, context);
    const evidence = { ...asked, parameters: values, ...spans };
    call.noteEvidence?.(evidence);
    const [{ rows, observedAt }, source] = await Promise.all([
      runShared(context, query, values, call),
      context.source(),
    ]);
    refuseStale(source);
    const observed = column === undefined ? rows : rowsOfColumn(rows, column);
    return { rows: observed, gaps, evidence, observedAt };
  },
});

function runShared(context: CheckContext, query: Query, values: readonly ObservedValue[], call: ProbeCall) {
  const { shared } = context;
  const trading = configured(context.trading);
  const known = shared.get(query.name);
  if (known !== undefined) return known;
  const timeoutMs = Math.min(call.timeoutMs, query.timeoutMs);
  const { text, functions } = query.statement;
  const { bounds } = context.runbook;
  const started = trading.query({ ...call, text, functions, values, timeoutMs, bounds });
  shared.set(query.name, started);
  return started;
}

/** What a shared query does not hold as its runbook says is a fault of the runbook, and no row that could be left out. */
function rowsOfColumn(rows: readonly ObservedRow[], column: string): readonly ObservedRow[] {
  const [row, ...others] = rows;
  if (row === undefined) return [];
  if (others.length > 0) throw unusable({ code: 'query_rows', facts: { count: rows.length } });
  if (!Object.hasOwn(row, column)) throw unusable({ code: 'query_column_missing', facts: { column } });
  const value = row[column];
  // An aggregate over nothing.
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw unusable({ code: 'query_column_no_list', facts: { column } });
  if (!value.every(isRecord)) throw unusable({ code: 'query_column_no_records', facts: { column } });
  return value;
}

const unusable = (fault: ConditionFault): ProbeError => new ProbeError(conditionReason(fault), fault.code);
