import { entryMetadata, type StrategyFacts } from './order-metadata.js';
import type { Queryable } from './queryable.js';
import { AGENT_ID, DOMAIN, TRADED_SYMBOLS } from './strategy.js';

/**
 * One statement writes a stretch of one agent's history: a decision for each intent, an entry for each that
 * was not blocked, and 20 to 59 s later the exit with its own decision. Every "random" figure is a hash of the intent's
 * key: the same history each time. The pace is part of the key, so that two stretches of an account share no intent.
 */
const INSERT_HISTORY = `
WITH intent AS (
  SELECT $1::text || ':' || $2::text || ':' || $5::float8 || ':' || n AS key, at,
    s.symbol, s.coin, s.base, h.horizon, h.seconds
  FROM generate_series($3::timestamptz, $4::timestamptz, make_interval(secs => $5::float8))
    WITH ORDINALITY AS t(tick, n)
  CROSS JOIN LATERAL (SELECT abs(hashtext($1 || ':' || $2 || ':at:' || n)) AS seed) AS k
  CROSS JOIN LATERAL (SELECT tick + make_interval(secs => (k.seed % 1000) / 1000.0 * $5::float8) AS at) AS a
  JOIN unnest($6::text[], $7::text[], $8::float8[]) WITH ORDINALITY AS s(symbol, coin, base, i)
    ON s.i = 1 + k.seed / 1000 % cardinality($6::text[])
  JOIN (VALUES ('5m', 300, 0), ('5m', 300, 1), ('15m', 900, 2)) AS h(horizon, seconds, i)
    ON h.i = k.seed / 7000 % 3
), drawn AS (
  SELECT i.*, r.roll, r.fill, r.probability, r.price, r.shares,
    CASE WHEN r.probability >= 0.5 THEN 'UP' ELSE 'DOWN' END AS side,
    i.coin || '-updown-' || i.horizon || '-'
      || (floor(extract(epoch FROM i.at) / i.seconds) * i.seconds)::bigint AS slug,
    CASE WHEN r.roll < 8 THEN 'BLOCKED' WHEN r.roll < 14 THEN 'ADJUSTED' ELSE 'PASSED' END AS decision
  FROM intent AS i
  CROSS JOIN LATERAL (
    SELECT abs(hashtext(i.key || ':roll')) % 100 AS roll,
      abs(hashtext(i.key || ':fill')) % 100 AS fill,
      0.25 + (abs(hashtext(i.key || ':p')) % 5001) / 10000.0 AS probability,
      0.35 + (abs(hashtext(i.key || ':price')) % 31) / 100.0 AS price,
      10 + abs(hashtext(i.key || ':shares')) % 90 AS shares) AS r
), leg AS (
  SELECT d.*, l.is_buy, d.key || l.name AS leg_key, at + l.delay AS leg_at,
    CASE WHEN l.is_buy THEN d.decision ELSE 'PASSED' END AS leg_decision,
    CASE WHEN jsonb_typeof($9::jsonb) = 'object' THEN
      $9::jsonb || jsonb_build_object(
        'signal_type', $1 || l.name, 'symbol', d.symbol, 'coin', d.coin, 'horizon', d.horizon,
        'market_slug', d.slug, 'market_side', d.side, 'spot_price', round(d.base::numeric, 6)::text,
        'p_up_model', round(d.probability, 6)::text, 'p_up_blended', round(d.probability * 0.9 + 0.05, 6)::text,
        'signal_edge', round(abs(d.probability - 0.5) / 4 + 0.01, 6)::text,
        'entry_price', round(d.price, 6)::text, 'requested_shares', d.shares::text)
    ELSE jsonb_build_object('signal_type', $1 || l.name, 'symbol', d.symbol) END AS metadata
  FROM drawn AS d
  CROSS JOIN LATERAL (VALUES ('_entry', true, interval '0'),
    ('_exit', false, make_interval(secs => 20 + abs(hashtext(d.key || ':hold')) % 40))) AS l(name, is_buy, delay)
  WHERE (l.is_buy OR d.decision <> 'BLOCKED') AND at + l.delay < $4::timestamptz
), decided AS (
  INSERT INTO risk_gate_decisions (account_id, decided_at, intent_id, agent_id, domain, decision, block_reason,
    suggestion_max_shares, suggestion_reason, notional_value, config_hash, metadata)
  SELECT $2, leg_at, md5(leg_key)::uuid, $1, $10, leg_decision,
    CASE WHEN leg_decision = 'BLOCKED'
      THEN (ARRAY['max_exposure', 'market_cooldown', 'stale_quote'])[1 + roll % 3] END,
    CASE WHEN leg_decision = 'ADJUSTED' THEN shares / 2 END,
    CASE WHEN leg_decision = 'ADJUSTED' THEN 'position_limit' END,
    shares * price, metadata->>'config_hash',
    jsonb_build_object('signal_type', metadata->'signal_type', 'symbol', symbol)
  FROM leg ORDER BY leg_at
)
INSERT INTO agent_order_executions (account_id, agent_id, intent_id, domain, market_slug, token_id, market_side,
  is_buy, shares, limit_price, order_id, status, filled_shares, avg_fill_price, elapsed_ms, dry_run,
  intent_created_at, metadata, executed_at)
SELECT $2, $1, md5(leg_key)::uuid, $10, slug, md5(slug || ':' || initcap(side)), side, is_buy, shares, price,
  'ord-' || left(md5(leg_key), 12), 'filled', shares, price, 40 + fill * 3, $11::boolean,
  leg_at - interval '120 milliseconds', metadata, leg_at
FROM leg WHERE leg_decision <> 'BLOCKED' ORDER BY leg_at`;

export interface OrdersHistory {
  readonly agentId: string;
  readonly accountId: string;
  readonly dryRun: boolean;
  readonly from: Date;
  /** Exclusive: nothing is written at or after it. */
  readonly to: Date;
  /** Seconds between two intents, on average. */
  readonly everySecs: number;
  /** Set: the orders carry the metadata of crypto_lob_ml; else two keys, as other agents do. */
  readonly strategy?: StrategyFacts;
}

function metadataTemplate(strategy: StrategyFacts | undefined): string | null {
  const traded = TRADED_SYMBOLS[0];
  if (strategy === undefined || traded === undefined) return null;
  const template = entryMetadata({
    symbol: traded.symbol,
    coin: traded.coin,
    horizon: '5m',
    marketSlug: '',
    side: 'UP',
    price: 0.5,
    shares: 10,
    spotPrice: traded.basePrice,
    probabilities: { model: 0.6, window: 0.5 },
    windowElapsedSecs: 140,
    strategy,
  });
  return JSON.stringify(template);
}

/** Writes decisions, entries and exits of one agent on one account. Returns the number of executions. */
export async function insertOrdersHistory(database: Queryable, history: OrdersHistory): Promise<number> {
  const result = await database.query(INSERT_HISTORY, [
    history.agentId,
    history.accountId,
    history.from,
    history.to,
    history.everySecs,
    TRADED_SYMBOLS.map((traded) => traded.symbol),
    TRADED_SYMBOLS.map((traded) => traded.coin),
    TRADED_SYMBOLS.map((traded) => traded.basePrice),
    metadataTemplate(history.strategy),
    history.agentId === AGENT_ID ? DOMAIN : 'other',
    history.dryRun,
  ]);
  return result.rowCount ?? 0;
}
