import type { Queryable } from './queryable.js';
import { HORIZONS, TRADED_SYMBOLS } from './strategy.js';
import { midPriceSql } from './sync-records.js';

/**
 * Two tokens a market. A market is settled 20 to 59 s after its close, by the price formula of the feed; one
 * that closed later than that is there, but not resolved.
 */
const UPSERT_SETTLEMENTS = `
INSERT INTO pm_token_settlements (token_id, condition_id, market_id, market_slug, outcome, settled_price,
  resolved, resolved_at, fetched_at, raw_market)
SELECT md5(m.slug || ':' || o.outcome), '0x' || md5(m.slug), (('x' || left(md5(m.slug), 6))::bit(24)::int)::text,
  m.slug, o.outcome,
  CASE WHEN r.resolved THEN CASE WHEN (o.outcome = 'Up') = m.went_up THEN 1 ELSE 0 END END,
  r.resolved, CASE WHEN r.resolved THEN r.resolved_at END, LEAST(r.resolved_at, $3::timestamptz),
  jsonb_build_object('slug', m.slug, 'closed', r.resolved, 'outcomes', jsonb_build_array('Up', 'Down'))
FROM (
  SELECT close.at AS closes_at, s.coin || '-updown-' || h.horizon || '-' || (close.epoch - h.seconds)::text AS slug,
    ${midPriceSql('close.epoch', 's.base', 's.phase')}
      >= ${midPriceSql('(close.epoch - h.seconds)', 's.base', 's.phase')} AS went_up
  FROM unnest($4::text[], $5::int[]) AS h(horizon, seconds)
  CROSS JOIN LATERAL generate_series(
    (floor(extract(epoch FROM $1::timestamptz) / h.seconds) * h.seconds)::bigint + h.seconds,
    extract(epoch FROM $2::timestamptz)::bigint, h.seconds) AS g(epoch)
  CROSS JOIN LATERAL (SELECT to_timestamp(g.epoch) AS at, g.epoch AS epoch) AS close
  CROSS JOIN unnest($6::text[], $7::float8[], $8::float8[]) AS s(coin, base, phase)) AS m
CROSS JOIN LATERAL (
  SELECT m.closes_at + make_interval(secs => 20 + abs(hashtext(m.slug)) % 40) AS resolved_at,
    m.closes_at + make_interval(secs => 20 + abs(hashtext(m.slug)) % 40) <= $3::timestamptz AS resolved) AS r
CROSS JOIN (VALUES ('Up'), ('Down')) AS o(outcome)
ORDER BY m.closes_at
ON CONFLICT (token_id) DO UPDATE SET resolved = excluded.resolved, settled_price = excluded.settled_price,
  resolved_at = excluded.resolved_at, fetched_at = excluded.fetched_at, raw_market = excluded.raw_market
  WHERE NOT pm_token_settlements.resolved AND excluded.resolved`;

/** Writes the markets of every symbol and horizon that close after `from` and up to `to`, as known at `now`. */
export async function upsertSettlements(
  database: Queryable,
  span: { readonly from: Date; readonly to: Date; readonly now: Date },
): Promise<number> {
  const result = await database.query(UPSERT_SETTLEMENTS, [
    span.from,
    span.to,
    span.now,
    HORIZONS.map((entry) => entry.horizon),
    HORIZONS.map((entry) => entry.seconds),
    TRADED_SYMBOLS.map((traded) => traded.coin),
    TRADED_SYMBOLS.map((traded) => traded.basePrice),
    TRADED_SYMBOLS.map((traded) => traded.phase),
  ]);
  return result.rowCount ?? 0;
}
