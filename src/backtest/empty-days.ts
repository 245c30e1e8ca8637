import type { TradingQueries } from '../checks/context/check-context.js';
import type { BacktestFigures } from '../domain/backtest.js';
import { quote } from '../trading/order-sql.js';

/** Of a table without an index on its column each day may be a walk over the whole of it. */
const TIMEOUT_MS = 4_800;
const DAY_MS = 86_400_000;

interface Span {
  /** The first moment that any check looks at, in ms since the epoch. */
  readonly from: number;
  /** The last moment; its own day has not ended. */
  readonly to: number;
}

type EmptyDays = BacktestFigures['emptyDays'];

/**
 * The whole days (UTC) of a span without any row of a table, behind the day of its oldest. One look at the index a day.
 * @param tables the column by which each is dated, and its oldest row in ms since the epoch
 * @returns only tables with such days, and those that could not be asked
 */
export async function readEmptyDays(
  trading: TradingQueries,
  tables: readonly { readonly table: string; readonly column: string; readonly oldest: number }[],
  { from, to }: Span,
  signal?: AbortSignal,
): Promise<EmptyDays> {
  const found: EmptyDays[number][] = [];
  for (const { table, column, oldest } of tables) {
    const first = Math.max(startOfDay(oldest) + DAY_MS, startOfDay(from));
    const last = startOfDay(to) - DAY_MS;
    if (first > last) continue;
    const days = await emptyDaysOf(trading, { table, column, first, last }, signal).catch(() => null);
    if (days === null || days.length > 0) found.push({ table, days });
  }
  return found;
}

const startOfDay = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;

async function emptyDaysOf(
  trading: TradingQueries,
  days: { readonly table: string; readonly column: string; readonly first: number; readonly last: number },
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const at = quote(days.column);
  const { rows } = await trading.query({
    text: `SELECT to_char(day AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day
      FROM generate_series($1::timestamptz, $2::timestamptz, interval '24 hours') AS day
      WHERE (SELECT ${at} FROM ${quote(days.table)}
        WHERE ${at} >= day AND ${at} < day + interval '24 hours' ORDER BY ${at} LIMIT 1) IS NULL
      ORDER BY day`,
    values: [new Date(days.first).toISOString(), new Date(days.last).toISOString()],
    timeoutMs: TIMEOUT_MS,
    ...(signal && { signal }),
  });
  return rows.map(({ day }) => String(day));
}
