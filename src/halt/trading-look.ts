import type { ObservedRow } from '../domain/check-run.js';
import { TradingDatabaseError } from '../trading/trading-database-error.js';
import type { StrategyFacts } from './strategy-facts.js';

/** What a halt asks of the trading database: each is one statement. */
export interface TradingLook {
  /** Entries of the strategy recorded in the last `seconds`. @throws Error with the fault's code as message */
  entriesSince(account: string | undefined, seconds: number): Promise<number>;
  /** Positions without an exit, newest first. */
  openEntries(account: string | undefined): Promise<{ total: number; rows: readonly ObservedRow[] }>;
}

interface Trading {
  query(query: {
    text: string;
    values?: readonly unknown[];
    timeoutMs: number;
  }): Promise<{ readonly rows: readonly ObservedRow[] }>;
}

const TIMEOUT_MS = 3_000;
/** The markets close after 5 or 15 minutes; what is older has been settled or forgotten. */
const OPEN_LOOK_BACK_HOURS = 24;
const SHOWN_ENTRIES = 10;

/**
 * The span is counted back from the server's own clock, so that a bot whose clock differs misses no entry. `$3` is the
 * span in seconds.
 */
const ENTRIES_SINCE = `
SELECT COUNT(*)::int AS entries
FROM agent_order_executions
WHERE agent_id = $1
  AND ($2::text IS NULL OR account_id = $2)
  AND metadata->>'signal_type' = $4
  AND executed_at >= NOW() - make_interval(secs => $3)`;

/** What went in and not out again, market by market; settled markets need nobody any more. */
const OPEN_ENTRIES = `
WITH sums AS (
  SELECT market_slug, token_id, market_side,
         SUM(COALESCE(filled_shares, shares)) FILTER (WHERE metadata->>'signal_type' = $4) AS shares_in,
         COALESCE(SUM(COALESCE(filled_shares, shares)) FILTER (WHERE metadata->>'signal_type' = $5), 0) AS shares_out,
         MAX(executed_at) FILTER (WHERE metadata->>'signal_type' = $4) AS entered_at
  FROM agent_order_executions
  WHERE agent_id = $1
    AND ($2::text IS NULL OR account_id = $2)
    AND executed_at >= NOW() - make_interval(hours => $3)
  GROUP BY market_slug, token_id, market_side)
SELECT market_slug, market_side, (shares_in - shares_out)::int AS shares, entered_at, COUNT(*) OVER ()::int AS total
FROM sums
WHERE shares_in > shares_out
  AND NOT EXISTS (SELECT FROM pm_token_settlements s WHERE s.token_id = sums.token_id AND s.resolved)
ORDER BY entered_at DESC
LIMIT $6`;

export function createTradingLook(trading: Trading, { strategy, agentId }: StrategyFacts): TradingLook {
  const entry = `${strategy}_entry`;
  return {
    async entriesSince(account, seconds) {
      const values = [agentId, account ?? null, seconds, entry];
      const { rows } = await trading.query({ text: ENTRIES_SINCE, values, timeoutMs: TIMEOUT_MS });
      return Number(rows[0]?.['entries'] ?? 0);
    },
    async openEntries(account) {
      const values = [
        agentId,
        account ?? null,
        OPEN_LOOK_BACK_HOURS,
        entry,
        `${strategy}_exit`,
        SHOWN_ENTRIES,
      ];
      const { rows } = await trading.query({ text: OPEN_ENTRIES, values, timeoutMs: TIMEOUT_MS });
      return {
        total: Number(rows[0]?.['total'] ?? 0),
        rows: rows.map(({ total: _total, ...row }) => row),
      };
    },
  };
}

/** The code of a trading database that did not answer. */
export function tradingFaultCode(error: unknown): string {
  return error instanceof TradingDatabaseError ? error.code : 'other';
}
