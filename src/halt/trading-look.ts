import type { ObservedRow } from '../domain/check-run.js';
import type { RecordedOrder, VenuePosition } from '../domain/venue.js';
import type { StrategyContract } from '../runbook/strategy-contract.js';
import type { Target } from '../runbook/targets.js';
import { proveCurrent, refuseOtherServer, type Source } from '../trading/source-state.js';
import { isTradingFault } from '../trading/trading-database-error.js';
import { COMPARED_ROWS, orderStatements, SHOWN_ROWS } from './order-statements.js';

/** Whose orders: those without an account, or without a word whether they are simulated, count for every target. */
type OrderScope = Pick<Target, 'accountId' | 'dryRun'>;

/** Which orders: where exits go on, those that are known to be exits are left out. */
export type OrdersMeant = 'every' | 'not_exits';

/** Where the table of orders stood at one moment. By the table's own order: time stamps prove nothing here. */
export interface OrderMark {
  /** The highest id. */
  readonly lastId: string;
  /** The agent's newest ids: a transaction that was slow may show a lower id later. */
  readonly seen: readonly string[];
  /** What could still fill, with the shares that were filled. */
  readonly open: readonly { readonly id: string; readonly filled: number }[];
}

/** Orders that can still fill, market by market. `ends_at` is null where the market's name does not say. */
interface RestingOrders {
  readonly total: number;
  readonly rows: readonly ObservedRow[];
}

/**
 * What a halt asks of the trading database, of a server that proves to be current first: on a standby whose replay stands
 * still no order ever comes. Each is one statement. @throws Error with the fault's code as message
 */
export interface TradingLook {
  /** @param secondsBefore how many seconds of orders before it are counted, by the server's clock: the halt's that nobody saw come */
  mark(
    scope: OrderScope,
    secondsBefore: number,
  ): Promise<{ readonly mark: OrderMark; readonly before: number }>;
  /** How many orders came or filled since then. Everything counts that is none of the strategy's exits. */
  ordersSince(scope: OrderScope, mark: OrderMark): Promise<number>;
  /** What of the orders can still fill, in markets that are not over. */
  resting(scope: OrderScope, which?: OrdersMeant): Promise<RestingOrders>;
  /** The same one by one, with the venue's ids: at most 1000, those that end last first. */
  restingOrders(scope: OrderScope, which?: OrdersMeant): Promise<readonly RecordedOrder[]>;
  /** Which of these ids of the venue the records know, and know as exits alone. */
  exitsAmong(scope: OrderScope, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** What the records say is held: at most 1000 markets and sides. */
  positions(scope: OrderScope): Promise<readonly VenuePosition[]>;
  /** Positions without an exit, newest first. */
  openEntries(scope: OrderScope): Promise<{ total: number; rows: readonly ObservedRow[] }>;
}

interface Trading extends Pick<Source, 'standbyMaxLagSecs'> {
  query(query: {
    text: string;
    values?: readonly unknown[];
    timeoutMs: number;
  }): Promise<{ readonly rows: readonly ObservedRow[]; readonly server?: string }>;
}

const TIMEOUT_MS = 3_000;

/** @returns undefined where the runbook does not say where orders stand. */
export function createTradingLook(
  trading: Trading,
  { agentId, orders, halt }: Pick<StrategyContract, 'agentId' | 'orders' | 'halt'>,
): TradingLook | undefined {
  if (orders === undefined) return undefined;
  const sql = orderStatements(orders, halt);
  const ask = async (text: string, { accountId, dryRun }: OrderScope, more: readonly unknown[]) => {
    const proved = await proveCurrent(trading, TIMEOUT_MS);
    const values = [agentId, accountId ?? null, ...(orders.columns.dryRun === undefined ? [] : [dryRun])];
    const asked = { text, values: [...values, ...more], timeoutMs: TIMEOUT_MS };
    const { rows, server } = await trading.query(asked);
    refuseOtherServer(server, proved);
    return rows;
  };
  const listed = (rows: readonly ObservedRow[]) => ({
    total: Number(rows[0]?.['total'] ?? 0),
    rows: rows.map(({ total: _total, ...row }) => row),
  });
  return {
    async mark(scope, secondsBefore) {
      const [row] = await ask(sql.mark, scope, [secondsBefore]);
      const { last_id, seen, open_ids, open_filled, before } = row ?? {};
      const filled = listOf(open_filled);
      const open = listOf(open_ids).map((id, index) => ({ id, filled: Number(filled[index]) }));
      return { mark: { lastId: String(last_id), seen: listOf(seen), open }, before: Number(before) };
    },
    async ordersSince(scope, { lastId, seen, open }) {
      const ids = open.map(({ id }) => id);
      const filled = open.map((one) => one.filled);
      const [row] = await ask(sql.since, scope, [lastId, seen, ids, filled]);
      return Number(row?.['orders']);
    },
    resting: async (scope, which) => listed(await ask(sql.resting, scope, [which === 'not_exits'])),
    async restingOrders(scope, which) {
      const rows = await ask(sql.restingOrders, scope, [which === 'not_exits']);
      return rows.map(({ order_id, market_slug, market_side, unfilled, ends_at }) => ({
        id: order_id === null ? null : String(order_id),
        market: String(market_slug),
        side: String(market_side),
        shares: Number(unfilled),
        endsAt: ends_at === null ? null : String(ends_at),
      }));
    },
    async exitsAmong(scope, ids) {
      const rows = await ask(sql.exitsAmong, scope, [ids]);
      return new Set(rows.map(({ order_id }) => String(order_id)));
    },
    async positions(scope) {
      const rows = await ask(sql.openEntries, scope, [COMPARED_ROWS]);
      return rows.map(({ market_slug, market_side, shares }) => ({
        market: String(market_slug),
        side: String(market_side),
        shares: Number(shares),
      }));
    },
    openEntries: async (scope) => listed(await ask(sql.openEntries, scope, [SHOWN_ROWS])),
  };
}

const listOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

/** The code of a trading database that did not answer. */
export function tradingFaultCode(error: unknown): string {
  return isTradingFault(error) ? error.code : 'other';
}
