import type { Queryable } from './trading-data/queryable.js';
import { AGENT_ID } from './trading-data/strategy.js';

/** How a venue misbehaves, for one account. */
export type VenueFault = 'cancel_fails' | 'venue_garbles' | 'venue_hangs';

/**
 * The book of the simulated venue: orders that rest, until they fill or are cancelled. What is filled at once never comes
 * here: of that the records are right. `unrecorded`: the trading system does not hear of its fills.
 */
const BOOK = `
CREATE SCHEMA IF NOT EXISTS venue;
CREATE TABLE IF NOT EXISTS venue.orders (
  order_id text PRIMARY KEY, account text NOT NULL, market text NOT NULL, side text NOT NULL, price numeric NOT NULL,
  shares int NOT NULL, filled int NOT NULL, fills_at timestamptz NOT NULL, unrecorded boolean NOT NULL,
  cancelled boolean NOT NULL DEFAULT false);
CREATE TABLE IF NOT EXISTS venue.faults (account text, fault text, PRIMARY KEY (account, fault))`;

export async function createVenueBook(database: Queryable): Promise<void> {
  await database.query(BOOK);
}

export async function faultsOf(database: Queryable, account: string): Promise<ReadonlySet<string>> {
  const { rows } = await database.query('SELECT fault FROM venue.faults WHERE account = $1', [account]);
  return new Set(rows.map((row) => String(row['fault'])));
}

export async function setVenueFault(
  database: Queryable,
  account: string,
  fault: VenueFault,
  active: boolean,
): Promise<void> {
  const statement = active
    ? 'INSERT INTO venue.faults VALUES ($1, $2) ON CONFLICT DO NOTHING'
    : 'DELETE FROM venue.faults WHERE account = $1 AND fault = $2';
  await database.query(statement, [account, fault]);
}

/** Orders whose time has come are filled, and the trading system notes it in place. */
export async function settleDue(database: Queryable, account: string): Promise<void> {
  await database.query(
    `WITH filled AS (
       UPDATE venue.orders SET filled = shares
       WHERE account = $1 AND NOT cancelled AND filled < shares AND fills_at <= now()
       RETURNING order_id, shares, unrecorded)
     UPDATE agent_order_executions e SET status = 'Filled', filled_shares = f.shares
     FROM filled f WHERE e.account_id = $1 AND e.order_id = f.order_id AND NOT f.unrecorded`,
    [account],
  );
}

export async function openOrders(database: Queryable, account: string): Promise<unknown[]> {
  const { rows } = await database.query(
    `SELECT order_id AS id, market AS slug, side AS outcome, shares::text AS original_size, filled::text AS size_matched,
       price::text AS price
     FROM venue.orders WHERE account = $1 AND NOT cancelled AND filled < shares ORDER BY order_id`,
    [account],
  );
  return rows;
}

/** @returns their ids */
export async function cancelOrders(database: Queryable, account: string): Promise<unknown[]> {
  const { rows } = await database.query(
    `UPDATE venue.orders SET cancelled = true WHERE account = $1 AND NOT cancelled AND filled < shares
     RETURNING order_id`,
    [account],
  );
  return rows.map((row) => row['order_id']);
}

/** What the records say, and what was filled without their knowledge. */
const HELD = `
WITH legs AS (
  SELECT market_slug AS slug, token_id, market_side AS outcome,
         CASE WHEN is_buy THEN 1 ELSE -1 END * COALESCE(filled_shares, 0) AS shares
  FROM agent_order_executions
  WHERE agent_id = $1 AND account_id = $2 AND executed_at >= now() - interval '24 hours'
  UNION ALL
  SELECT o.market, e.token_id, o.side, o.filled FROM venue.orders o
  JOIN agent_order_executions e ON e.order_id = o.order_id
  WHERE o.account = $2 AND o.unrecorded)
SELECT slug, token_id, outcome, SUM(shares)::int AS size FROM legs
WHERE NOT EXISTS (SELECT FROM pm_token_settlements s WHERE s.token_id = legs.token_id AND s.resolved)
GROUP BY 1, 2, 3 HAVING SUM(shares) > 0 ORDER BY 1, 3`;

export async function positions(database: Queryable, account: string): Promise<unknown[]> {
  const { rows } = await database.query(HELD, [AGENT_ID, account]);
  return rows.map(({ slug, outcome, size }) => ({ slug, outcome, size: String(size) }));
}

/** Sells all of it; the trading system records its own orders. @returns how many positions */
export async function closePositions(database: Queryable, account: string): Promise<number> {
  const result = await database.query(
    `WITH held AS (${HELD}),
     known AS (UPDATE venue.orders SET unrecorded = false WHERE account = $2 RETURNING order_id, filled),
     noted AS (
       UPDATE agent_order_executions e SET filled_shares = k.filled,
         status = CASE WHEN k.filled >= e.shares THEN 'Filled' ELSE e.status END
       FROM known k WHERE e.order_id = k.order_id AND e.account_id = $2),
     last AS (
       SELECT * FROM agent_order_executions
       WHERE agent_id = $1 AND account_id = $2 AND NOT is_buy ORDER BY executed_at DESC LIMIT 1),
     sold AS (
       INSERT INTO agent_order_executions (account_id, agent_id, intent_id, domain, market_slug, token_id, market_side,
         is_buy, shares, limit_price, order_id, status, filled_shares, avg_fill_price, elapsed_ms, dry_run,
         intent_created_at, metadata, executed_at)
       SELECT $2, $1, gen_random_uuid(), last.domain, held.slug, held.token_id, held.outcome, false, held.size,
         last.limit_price, 'close-' || left(md5(held.token_id || now()::text), 12), 'Filled', held.size,
         last.limit_price, 60, last.dry_run, now(), last.metadata, now()
       FROM held, last RETURNING intent_id, domain, metadata, shares * limit_price AS notional)
     INSERT INTO risk_gate_decisions (account_id, decided_at, intent_id, agent_id, domain, decision, notional_value,
       config_hash, metadata)
     SELECT $2, now() - interval '50 milliseconds', intent_id, $1, domain, 'PASSED', notional, metadata->>'config_hash',
       jsonb_build_object('signal_type', metadata->>'signal_type', 'symbol', metadata->>'symbol')
     FROM sold`,
    [AGENT_ID, account],
  );
  return result.rowCount ?? 0;
}

export interface PlacedOrders {
  /** How many of each: nothing filled, a part filled, filled at the venue and recorded as open. */
  readonly resting: number;
  readonly partly: number;
  readonly unrecorded: number;
  /** When what rests fills. */
  readonly fillsInSecs: number;
}

const PREFIX = 'venue-';

/** Orders as the strategy would have placed them just now, recorded with a decision each. @param name of the incident */
export async function placeOrders(
  database: Queryable,
  account: string,
  name: string,
  { resting, partly, unrecorded, fillsInSecs }: PlacedOrders,
): Promise<void> {
  await database.query(
    `WITH last AS (
       SELECT * FROM agent_order_executions
       WHERE agent_id = $1 AND account_id = $2 AND is_buy ORDER BY executed_at DESC LIMIT 1),
     placed AS (
       SELECT n, $3::text || left(md5(gen_random_uuid()::text), 10) AS order_id, gen_random_uuid() AS intent_id, 40 AS shares,
         CASE WHEN n <= $4::int THEN 0 WHEN n <= $4::int + $5::int THEN 15 ELSE 40 END AS filled, n > $4::int + $5::int AS unrecorded,
         coin || '-updown-15m-' || (floor(extract(epoch FROM now()) / 900) * 900 + 900)::bigint AS market
       FROM generate_series(1, $4::int + $5::int + $6::int) AS n
       CROSS JOIN LATERAL (SELECT (ARRAY['btc', 'eth', 'sol', 'xrp'])[1 + n % 4] AS coin) AS c),
     booked AS (
       INSERT INTO venue.orders (order_id, account, market, side, price, shares, filled, fills_at, unrecorded)
       SELECT order_id, $2, market, 'UP', 0.45, shares, filled, now() + make_interval(secs => $7::float8 + 10 * n), unrecorded
       FROM placed),
     decided AS (
       INSERT INTO risk_gate_decisions (account_id, decided_at, intent_id, agent_id, domain, decision, notional_value,
         config_hash, metadata)
       SELECT $2, now() - interval '50 milliseconds', p.intent_id, $1, last.domain, 'PASSED', p.shares * 0.45,
         last.metadata->>'config_hash',
         jsonb_build_object('signal_type', last.metadata->>'signal_type', 'symbol', last.metadata->>'symbol')
       FROM placed p, last)
     INSERT INTO agent_order_executions (account_id, agent_id, intent_id, domain, market_slug, token_id, market_side,
       is_buy, shares, limit_price, order_id, status, filled_shares, elapsed_ms, dry_run, intent_created_at, metadata,
       executed_at)
     SELECT $2, $1, p.intent_id, last.domain, p.market, md5(p.market || ':Up'), 'UP', true, p.shares, 0.45, p.order_id,
       CASE WHEN p.filled > 0 AND NOT p.unrecorded THEN 'PartiallyFilled' ELSE 'Submitted' END,
       CASE WHEN p.unrecorded THEN 0 ELSE p.filled END, 60, last.dry_run, now(),
       last.metadata || jsonb_build_object('market_slug', p.market, 'market_side', 'UP'), now()
     FROM placed p, last`,
    [AGENT_ID, account, `${PREFIX}${name}-`, resting, partly, unrecorded, fillsInSecs],
  );
}

/** What an incident has placed was never there. */
export async function takeOrders(database: Queryable, account: string, name: string): Promise<void> {
  await database.query(
    `WITH gone AS (DELETE FROM venue.orders WHERE account = $1 AND order_id LIKE $2 || '%' RETURNING order_id),
     rows AS (
       DELETE FROM agent_order_executions e USING gone WHERE e.order_id = gone.order_id RETURNING e.intent_id)
     DELETE FROM risk_gate_decisions d USING rows WHERE d.intent_id = rows.intent_id`,
    [account, `${PREFIX}${name}-`],
  );
}
