import pg from 'pg';
import type { ObservedRow } from '../domain/check-run.js';
import type { StrategyContract } from '../runbook/strategy-contract.js';
import { proveCurrent, type Source } from '../trading/source-state.js';
import { TradingDatabaseError } from '../trading/trading-database-error.js';

/**
 * What a halt asks of the trading database, of a server that proves to be current first: on a standby whose replay stands
 * still no order ever comes. Each is one statement.
 */
export interface TradingLook {
  /** Entries of the strategy recorded in the last `seconds`. @throws Error with the fault's code as message */
  entriesSince(account: string | undefined, seconds: number): Promise<number>;
  /** Positions without an exit, newest first. */
  openEntries(account: string | undefined): Promise<{ total: number; rows: readonly ObservedRow[] }>;
}

interface Trading extends Pick<Source, 'standbyMaxLagSecs'> {
  query(query: {
    text: string;
    values?: readonly unknown[];
    timeoutMs: number;
  }): Promise<{ readonly rows: readonly ObservedRow[] }>;
}

const TIMEOUT_MS = 3_000;
const SHOWN_ENTRIES = 10;

type Orders = NonNullable<StrategyContract['orders']>;

/** @returns undefined where the runbook does not say where orders stand. */
export function createTradingLook(
  trading: Trading,
  { agentId, orders, halt }: Pick<StrategyContract, 'agentId' | 'orders' | 'halt'>,
): TradingLook | undefined {
  if (orders === undefined) return undefined;
  const { entry, exit } = orders;
  const ask = async (text: string, values: readonly unknown[]) => {
    await proveCurrent(trading, TIMEOUT_MS);
    return trading.query({ text, values, timeoutMs: TIMEOUT_MS });
  };
  return {
    async entriesSince(account, seconds) {
      const { rows } = await ask(entriesSince(orders), [agentId, account ?? null, seconds, entry]);
      return Number(rows[0]?.['entries'] ?? 0);
    },
    async openEntries(account) {
      const { lookBackHours } = halt;
      const values = [agentId, account ?? null, lookBackHours, entry, exit, SHOWN_ENTRIES];
      const { rows } = await ask(openEntries(orders, halt), values);
      return {
        total: Number(rows[0]?.['total'] ?? 0),
        rows: rows.map(({ total: _total, ...row }) => row),
      };
    },
  };
}

/**
 * The span is counted back from the server's own clock, so that a bot whose clock differs misses no entry. `$3` is the
 * span in seconds.
 */
function entriesSince(orders: Orders): string {
  const { table, agent, account, at } = namesOf(orders);
  return `
SELECT COUNT(*)::int AS entries
FROM ${table}
WHERE ${agent} = $1
  AND ($2::text IS NULL OR ${account} = $2)
  AND ${opens(orders)}
  AND ${at} >= NOW() - make_interval(secs => $3)`;
}

/** What went in and not out again, market by market; settled positions need nobody any more. */
function openEntries(orders: Orders, { settled }: StrategyContract['halt']): string {
  const { table, agent, account, at, market, token, side, shares, filledShares } = namesOf(orders);
  const isUnsettled =
    settled === undefined
      ? ''
      : `AND NOT EXISTS (SELECT FROM ${quote(settled.table)} s
    WHERE s.${quote(settled.token)} = sums.token AND s.${quote(settled.isSettled)})`;
  return `
WITH sums AS (
  SELECT ${market} AS market_slug, ${token} AS token, ${side} AS market_side,
         SUM(COALESCE(${filledShares}, ${shares})) FILTER (WHERE ${opens(orders)}) AS shares_in,
         COALESCE(SUM(COALESCE(${filledShares}, ${shares})) FILTER (WHERE ${closes(orders)}), 0) AS shares_out,
         MAX(${at}) FILTER (WHERE ${opens(orders)}) AS entered_at
  FROM ${table}
  WHERE ${agent} = $1
    AND ($2::text IS NULL OR ${account} = $2)
    AND ${at} >= NOW() - make_interval(secs => $3 * 3600)
  GROUP BY 1, 2, 3)
SELECT market_slug, market_side, (shares_in - shares_out)::int AS shares, entered_at, COUNT(*) OVER ()::int AS total
FROM sums
WHERE shares_in > shares_out ${isUnsettled}
ORDER BY entered_at DESC
LIMIT $6`;
}

/** `$4` are the words of entries. An order that does not say which it is may have opened a position. */
function opens({ columns }: Orders): string {
  const isEntry = `${kindOf(columns.kind)} = ANY($4::text[])`;
  return columns.isBuy === undefined ? isEntry : `(${isEntry} AND ${quote(columns.isBuy)} IS NOT FALSE)`;
}

/** `$5` are the words of exits. */
function closes({ columns }: Orders): string {
  const isExit = `${kindOf(columns.kind)} = ANY($5::text[])`;
  return columns.isBuy === undefined ? isExit : `(${isExit} AND ${quote(columns.isBuy)} IS FALSE)`;
}

function kindOf(kind: string): string {
  const [column = '', key] = kind.split('.');
  return key === undefined ? quote(column) : `${quote(column)}->>${pg.escapeLiteral(key)}`;
}

function namesOf({ table, columns }: Orders) {
  const { kind: _kind, isBuy: _isBuy, ...plain } = columns;
  const { agent, account, at, market, token, side, shares, filledShares } = plain;
  return {
    table: quote(table),
    agent: quote(agent),
    account: quote(account),
    at: quote(at),
    market: quote(market),
    token: quote(token),
    side: quote(side),
    shares: quote(shares),
    filledShares: quote(filledShares),
  };
}

const quote = (name: string): string => pg.escapeIdentifier(name);

/** The code of a trading database that did not answer. */
export function tradingFaultCode(error: unknown): string {
  return error instanceof TradingDatabaseError ? error.code : 'other';
}
