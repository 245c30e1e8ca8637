import type { CheckContext, TradingQueries } from '../checks/context/check-context.js';
import type { ObservedWindow } from '../domain/check-run.js';
import type { StrategyContract } from '../runbook/strategy-contract.js';
import { columnOf, quote, wordsOf } from '../trading/order-sql.js';

export type CountEntries = (
  windows: readonly Pick<ObservedWindow, 'from' | 'to'>[],
) => Promise<readonly number[]>;

const TIMEOUT_MS = 4_800;

/**
 * How many entries of a target stand in each of some windows, by the table of orders alone.
 * @returns undefined where the runbook does not say where orders stand
 */
export function createEntryCounter(
  trading: TradingQueries,
  orders: StrategyContract['orders'],
  { agentId = null, accountId = null, dryRun = null }: CheckContext['runParameters'],
): CountEntries | undefined {
  if (orders === undefined) return undefined;
  const text = statementOf(orders);
  return async (windows) => {
    const spans = [windows.map(({ from }) => from), windows.map(({ to }) => to)];
    const values = [agentId, accountId, dryRun, ...spans];
    const { rows } = await trading.query({ text, values, timeoutMs: TIMEOUT_MS });
    return rows.map((row) => Number(row['entries']));
  };
}

/** `$1` is the agent, `$2` the account, `$3` whether orders are simulated, `$4` and `$5` where the windows begin and end. */
function statementOf({ table, columns, entry }: NonNullable<StrategyContract['orders']>): string {
  const { dryRun, isBuy } = columns;
  const at = columnOf(columns.at);
  const conditions = [
    `${columnOf(columns.agent)} = $1`,
    `($2::text IS NULL OR ${columnOf(columns.account)} = $2)`,
    dryRun === undefined ? '$3::boolean IS NOT NULL' : `${columnOf(dryRun)} = $3`,
    `${columnOf(columns.kind)} = ANY(${wordsOf(entry)})`,
    ...(isBuy === undefined ? [] : [columnOf(isBuy)]),
    `${at} >= w.from_at AND ${at} <= w.to_at`,
  ];
  return `SELECT (SELECT COUNT(*)::int FROM ${quote(table)} o WHERE ${conditions.join(' AND ')}) AS entries
FROM unnest($4::timestamptz[], $5::timestamptz[]) WITH ORDINALITY AS w (from_at, to_at, place) ORDER BY w.place`;
}
