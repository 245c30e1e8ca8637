import { type ConfirmedSpan, longestQuietSecs, type PromotionPolicy } from '../domain/promotion.js';
import type { StrategyContract } from '../runbook/strategy-contract.js';
import type { Target } from '../runbook/targets.js';
import { columnOf, quote, wordsOf } from '../trading/order-sql.js';
import type { TradingDatabase } from '../trading/trading-database.js';

/** What the tables show of a strategy in some spans of time. */
interface Traded {
  readonly hours: number;
  readonly entries: number;
}

/** @throws DatabaseFaultError */
export type ReadTraded = (
  target: Pick<Target, 'accountId' | 'dryRun'>,
  spans: readonly ConfirmedSpan[],
  policy: PromotionPolicy,
) => Promise<Traded>;

/** A form waits for it. */
const TIMEOUT_MS = 3_000;

/**
 * Counts entries, and the time between them, by the table of orders alone: what nobody watched counts only where the
 * strategy is seen to have traded. An entry that ended without a fill (rejected, failed, expired) is none.
 * @returns undefined where the runbook does not say where orders stand, or there is no trading database.
 */
export function createTradedReader(
  trading: Pick<TradingDatabase, 'query'> | undefined,
  { agentId, orders }: Pick<StrategyContract, 'agentId' | 'orders'>,
): ReadTraded | undefined {
  if (orders === undefined || trading === undefined) return undefined;
  const text = statementOf(orders);
  return async ({ accountId, dryRun }, spans, policy) => {
    const values = [
      agentId,
      accountId ?? null,
      dryRun,
      spans.map(({ from }) => from),
      spans.map(({ to }) => to ?? null),
      spans.map(({ version }) => version?.trim() ?? null),
      longestQuietSecs(policy),
    ];
    const { rows } = await trading.query({ text, values, timeoutMs: TIMEOUT_MS });
    return { hours: Number(rows[0]?.['secs']) / 3_600, entries: Number(rows[0]?.['entries']) };
  };
}

/** `$1` is the agent, `$2` the account, `$3` whether orders are simulated, `$4` to `$6` the spans, `$7` the longest quiet. */
function statementOf({ table, columns, entry, statuses }: NonNullable<StrategyContract['orders']>): string {
  const { dryRun, isBuy, version } = columns;
  const at = columnOf(columns.at);
  const over = wordsOf(statuses.over, true);
  const conditions = [
    `${columnOf(columns.agent)} = $1`,
    `($2::text IS NULL OR ${columnOf(columns.account)} = $2)`,
    dryRun === undefined ? '$3::boolean IS NOT NULL' : `${columnOf(dryRun)} = $3`,
    `${columnOf(columns.kind)} = ANY(${wordsOf(entry)})`,
    ...(isBuy === undefined ? [] : [columnOf(isBuy)]),
    `NOT (COALESCE(LOWER(TRIM(${columnOf(columns.status)})) = ANY(${over}), FALSE)
      AND COALESCE(${columnOf(columns.filledShares)}, 0) = 0)`,
    `${at} >= s.from_at AND ${at} < COALESCE(s.to_at, NOW())`,
    ...(version === undefined ? [] : [`(s.version IS NULL OR TRIM(${columnOf(version)}) = s.version)`]),
  ];
  return `
WITH spans AS (SELECT * FROM unnest($4::timestamptz[], $5::timestamptz[], $6::text[]) AS s (from_at, to_at, version)),
entries AS (
  SELECT EXTRACT(EPOCH FROM ${at} - LAG(${at}) OVER (PARTITION BY s.from_at ORDER BY ${at})) AS quiet
  FROM spans s JOIN ${quote(table)} o ON ${conditions.join('\n    AND ')})
SELECT COUNT(*)::int AS entries, COALESCE(SUM(quiet) FILTER (WHERE quiet <= $7::float8), 0)::float8 AS secs FROM entries`;
}
