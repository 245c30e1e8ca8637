import pg from 'pg';
import type { ObservedRow } from '../domain/check-run.js';
import type { RecordedOrder, VenuePosition } from '../domain/venue.js';
import type { StrategyContract } from '../runbook/strategy-contract.js';
import type { Target } from '../runbook/targets.js';
import { columnOf, quote, wordsOf } from '../trading/order-sql.js';
import { proveCurrent, refuseOtherServer, type Source } from '../trading/source-state.js';
import { TradingDatabaseError } from '../trading/trading-database-error.js';

/** Whose orders: those without an account, or without a word whether they are simulated, count for every target. */
type OrderScope = Pick<Target, 'accountId' | 'dryRun'>;

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
  resting(scope: OrderScope): Promise<RestingOrders>;
  /** The same one by one, with the venue's ids: at most 1000, those that end last first. */
  restingOrders(scope: OrderScope): Promise<readonly RecordedOrder[]>;
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
const SHOWN_ROWS = 10;
const COMPARED_ROWS = 1_000;
/** Ids are given before a transaction ends: so many of them may come late. */
const LATE_IDS = 1_000;

type Orders = NonNullable<StrategyContract['orders']>;

/** @returns undefined where the runbook does not say where orders stand. */
export function createTradingLook(
  trading: Trading,
  { agentId, orders, halt }: Pick<StrategyContract, 'agentId' | 'orders' | 'halt'>,
): TradingLook | undefined {
  if (orders === undefined) return undefined;
  const sql = statementsOf(orders, halt);
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
    resting: async (scope) => listed(await ask(sql.resting, scope, [])),
    async restingOrders(scope) {
      const rows = await ask(sql.restingOrders, scope, []);
      return rows.map(({ order_id, market_slug, market_side, unfilled, ends_at }) => ({
        id: order_id === null ? null : String(order_id),
        market: String(market_slug),
        side: String(market_side),
        shares: Number(unfilled),
        endsAt: ends_at === null ? null : String(ends_at),
      }));
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

/** `$1` is the agent, `$2` the account, `$3` whether orders are simulated where a column says that. */
function statementsOf(orders: Orders, halt: StrategyContract['halt']) {
  const { table, columns, entry, exit, statuses } = orders;
  const { dryRun, isBuy } = columns;
  const first = dryRun === undefined ? 3 : 4;
  const at = (index: number) => `$${first + index}`;
  const column = (name: Exclude<keyof Orders['columns'], 'kind'>) => `o.${quote(columns[name] ?? '')}`;
  const kind = columnOf(columns.kind);
  const [id, shares, filledShares, market] = [
    column('id'),
    column('shares'),
    column('filledShares'),
    column('market'),
  ];
  const isOf = [
    `${column('agent')} = $1`,
    `($2::text IS NULL OR ${column('account')} = $2 OR ${column('account')} IS NULL)`,
    ...(dryRun === undefined ? [] : [`${column('dryRun')} IS DISTINCT FROM NOT $3::boolean`]),
  ].join('\n    AND ');
  const opens = `(${kind} = ANY(${wordsOf(entry)})${isBuy === undefined ? '' : ` AND ${column('isBuy')} IS NOT FALSE`})`;
  const closes = `(${kind} = ANY(${wordsOf(exit)})${isBuy === undefined ? '' : ` AND ${column('isBuy')} IS FALSE`})`;
  const status = `LOWER(TRIM(${column('status')}))`;
  const isFilled = `COALESCE(${status} = ANY(${wordsOf(statuses.filled, true)}), FALSE)`;
  const isOver = `COALESCE(${status} = ANY(${wordsOf([...statuses.filled, ...statuses.over], true)}), FALSE)`;
  const filled = `COALESCE(${filledShares}, CASE WHEN ${isFilled} THEN ${shares} ELSE 0 END)`;
  const isRecent = `${column('at')} >= NOW() - make_interval(secs => ${halt.lookBackHours * 3_600})`;
  const settled = (token: string) =>
    halt.settled === undefined
      ? 'FALSE'
      : `EXISTS (SELECT FROM ${quote(halt.settled.table)} s
      WHERE s.${quote(halt.settled.token)} = ${token} AND s.${quote(halt.settled.isSettled)})`;
  const from = `FROM ${quote(table)} o`;
  const orderId = columns.orderId === undefined ? 'NULL' : column('orderId');
  const openOrders = `
WITH open_orders AS (
  SELECT LEFT(${orderId}::text, 200) AS order_id, LEFT(${market}, 200) AS market_slug,
         LEFT(${column('side')}, 200) AS market_side,
         ${shares} - ${filled} AS unfilled, ${endOf(market, halt)} AS ends_at
  ${from}
  WHERE ${isOf}
    AND ${isRecent} AND NOT ${isOver} AND NOT ${settled(column('token'))})`;
  return {
    mark: `
WITH newest AS (SELECT COALESCE(MAX(${id}), 0) AS id ${from}),
late AS (
  SELECT array_agg(${id}::text) AS ids ${from}, newest
  WHERE ${id} > newest.id - ${LATE_IDS} AND ${column('agent')} = $1),
resting AS (
  SELECT array_agg(${id}::text ORDER BY ${id}) AS ids, array_agg(${filled}::text ORDER BY ${id}) AS filled
  ${from}
  WHERE ${isOf}
    AND ${isRecent} AND NOT ${isOver}),
unseen AS (
  SELECT COUNT(*)::int AS orders ${from}
  WHERE ${isOf}
    AND ${at(0)}::float > 0 AND ${column('at')} >= NOW() - make_interval(secs => ${at(0)}) AND ${closes} IS NOT TRUE)
SELECT newest.id::text AS last_id, late.ids AS seen, resting.ids AS open_ids, resting.filled AS open_filled,
       unseen.orders AS before
FROM newest, late, resting, unseen`,
    since: `
SELECT (
  SELECT COUNT(*) ${from}
  WHERE ${isOf}
    AND ${id} > ${at(0)}::bigint - ${LATE_IDS} AND NOT (${id}::text = ANY(${at(1)}::text[])) AND ${closes} IS NOT TRUE
) + (
  SELECT COUNT(*) ${from} JOIN unnest(${at(2)}::bigint[], ${at(3)}::float[]) AS was (id, filled) ON was.id = ${id}
  WHERE ${isOf}
    AND ${filled} > was.filled AND ${closes} IS NOT TRUE
) AS orders`,
    restingOrders: `${openOrders}
SELECT order_id, market_slug, market_side, unfilled::float AS unfilled, ends_at
FROM open_orders
WHERE ends_at IS NULL OR ends_at > clock_timestamp()
ORDER BY ends_at DESC NULLS FIRST, order_id
LIMIT ${COMPARED_ROWS}`,
    resting: `${openOrders}
SELECT market_slug, market_side, COUNT(*)::int AS orders, SUM(unfilled)::int AS shares, MAX(ends_at) AS ends_at,
       (SUM(COUNT(*)) OVER ())::int AS total
FROM open_orders
WHERE ends_at IS NULL OR ends_at > clock_timestamp()
GROUP BY 1, 2
ORDER BY ends_at DESC NULLS FIRST, 1, 2
LIMIT ${SHOWN_ROWS}`,
    openEntries: `
WITH sums AS (
  SELECT ${market} AS market_slug, ${column('token')} AS token, ${column('side')} AS market_side,
         SUM(${filled}) FILTER (WHERE ${opens}) AS shares_in,
         COALESCE(SUM(${filled}) FILTER (WHERE ${closes}), 0) AS shares_out,
         MAX(${column('at')}) FILTER (WHERE ${opens}) AS entered_at
  ${from}
  WHERE ${isOf}
    AND ${isRecent}
  GROUP BY 1, 2, 3)
SELECT LEFT(market_slug, 200) AS market_slug, LEFT(market_side, 200) AS market_side, (shares_in - shares_out)::int AS shares, entered_at, COUNT(*) OVER ()::int AS total
FROM sums
WHERE shares_in > shares_out AND NOT ${settled('sums.token')}
ORDER BY entered_at DESC
LIMIT ${at(0)}::int`,
  };
}

/** Null where the name says nothing, or nothing that can be a moment. */
function endOf(market: string, { marketEnds }: StrategyContract['halt']): string {
  if (marketEnds === undefined) return 'NULL::timestamptz';
  const part = (group: number) => `(regexp_match(${market}, ${pg.escapeLiteral(marketEnds)}))[${group}]`;
  return `CASE WHEN ${part(1)} ~ '^[0-9]{1,5}$' AND ${part(2)} ~ '^[0-9]{1,11}$'
    THEN to_timestamp(${part(2)}::float8 + 60 * ${part(1)}::float8) END`;
}

/** The code of a trading database that did not answer. */
export function tradingFaultCode(error: unknown): string {
  return error instanceof TradingDatabaseError ? error.code : 'other';
}
