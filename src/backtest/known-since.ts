import type { TradingQueries } from '../checks/context/check-context.js';
import type { BacktestFigures } from '../domain/backtest.js';
import type { ObservedValue } from '../domain/check-run.js';
import { quote } from '../trading/order-sql.js';
import type { Replayable } from './replayable.js';

/** Since when each table has rows; a table without any has no entry. */
export interface KnownSince {
  readonly oldest: BacktestFigures['oldest'];
  /** The same for who asks more of these tables: in ms since the epoch. */
  readonly dated: readonly { readonly table: string; readonly column: string; readonly oldest: number }[];
  /**
   * Whether every row that a check would have looked at may still be there: its tables begin no later than its look-back.
   * @param bound what its statement binds
   */
  covers(replayable: Replayable, bound: ReadonlyMap<string, ObservedValue>): boolean;
}

/** By the index of the column, which each table has for its own windows. */
const TIMEOUT_MS = 4_800;

/** Asks each table once for its oldest row. @throws DatabaseFaultError */
export async function readKnownSince(
  trading: TradingQueries,
  checks: readonly Replayable[],
  signal?: AbortSignal,
): Promise<KnownSince> {
  const columns = new Map(checks.flatMap(({ lookBack }) => [...lookBack.timeColumns]));
  const oldest = new Map<string, number | undefined>();
  for (const [table, column] of columns) {
    const at = quote(column);
    const { rows } = await trading.query({
      text: `SELECT ${at} AS oldest FROM ${quote(table)} WHERE ${at} > '-infinity' ORDER BY ${at} LIMIT 1`,
      values: [],
      timeoutMs: TIMEOUT_MS,
      ...(signal && { signal }),
    });
    const since = rows[0]?.['oldest'];
    oldest.set(table, typeof since === 'string' ? Date.parse(since) : undefined);
  }
  return {
    oldest: [...oldest].map(([table, at]) => ({
      table,
      at: at === undefined ? null : new Date(at).toISOString(),
    })),
    dated: [...columns].flatMap(([table, column]) => {
      const since = oldest.get(table);
      return since === undefined ? [] : [{ table, column, oldest: since }];
    }),
    covers({ lookBack }, bound) {
      const from = lookBack.earliest(bound);
      if (from === undefined) return false;
      return lookBack.tables.every((table) => {
        const since = oldest.get(table);
        // A table that no statement dates is no proof of anything.
        return since !== undefined && since <= from;
      });
    },
  };
}
