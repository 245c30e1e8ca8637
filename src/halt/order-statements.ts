import pg from 'pg';
import type { StrategyContract } from '../runbook/strategy-contract.js';
import { columnOf, quote, wordsOf } from '../trading/order-sql.js';

type Orders = NonNullable<StrategyContract['orders']>;

export const SHOWN_ROWS = 10;
export const COMPARED_ROWS = 1_000;
/** Ids are given before a transaction ends: so many of them may come late. */
const LATE_IDS = 1_000;

/** `$1` is the agent, `$2` the account, `$3` whether orders are simulated where a column says that. */
export function orderStatements(orders: Orders, halt: StrategyContract['halt']) {
  const terms = termsOf(orders, halt);
  return { ...countingStatements(terms), ...openStatements(terms, halt) };
}

type Terms = ReturnType<typeof termsOf>;

/** What the statements are put together of. */
function termsOf({ table, columns, entry, exit, statuses }: Orders, halt: StrategyContract['halt']) {
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
  return {
    at,
    column,
    id,
    shares,
    market,
    filled,
    isOf,
    isRecent,
    isOver,
    opens,
    closes,
    settled,
    from,
    orderId,
  };
}

/** By the table's own order: where it stands, and what has come since. */
function countingStatements({ at, column, id, filled, isOf, isRecent, isOver, closes, from }: Terms) {
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
  };
}

/** What can still fill, and what has no exit. */
function openStatements(
  {
    at,
    column,
    shares,
    market,
    filled,
    isOf,
    isRecent,
    isOver,
    opens,
    closes,
    settled,
    from,
    orderId,
  }: Terms,
  halt: StrategyContract['halt'],
) {
  const openOrders = `
WITH open_orders AS (
  SELECT LEFT(${orderId}::text, 200) AS order_id, LEFT(${market}, 200) AS market_slug,
         LEFT(${column('side')}, 200) AS market_side,
         ${shares} - ${filled} AS unfilled, ${endOf(market, halt)} AS ends_at
  ${from}
  WHERE ${isOf}
    AND ${isRecent} AND NOT ${isOver} AND NOT ${settled(column('token'))}
    AND NOT (${at(0)}::boolean AND ${closes} IS TRUE))`;
  return {
    exitsAmong: `
SELECT ${orderId}::text AS order_id ${from}
WHERE ${isOf}
  AND ${isRecent} AND ${orderId}::text = ANY(${at(0)}::text[])
GROUP BY 1
HAVING bool_and(${closes} IS TRUE)`,
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
