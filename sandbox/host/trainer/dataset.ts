import { FEATURES } from '../model-meta.js';
import type { Queryable } from '../trading-data/queryable.js';
import { HORIZONS } from '../trading-data/strategy.js';

/** One moment of one market: what the book looked like, and whether the market went up in the end. */
export interface Sample {
  readonly market: string;
  readonly at: Date;
  /** In the order of `FEATURES`. */
  readonly inputs: readonly number[];
  readonly wentUp: boolean;
}

const EVERY_SECS = 5;

// Only markets that the feed covers; the token `Up` settles at 1 where the price rose.
const SELECT_SAMPLES = `
SELECT m.market_slug AS market, r.timestamp AS at, m.up = 1 AS went_up, ${FEATURES.map((name) => `r.${name}`).join(', ')}
FROM (
  SELECT market_slug, substring(market_slug FROM '(\\d+)$')::bigint AS opens_at,
    upper(split_part(market_slug, '-', 1)) || 'USDT' AS symbol,
    max(settled_price) FILTER (WHERE outcome = 'Up') AS up
  FROM pm_token_settlements
  WHERE resolved AND settled_price IS NOT NULL AND market_slug LIKE '%-updown-' || $1 || '-%'
    AND resolved_at >= now() - make_interval(hours => $2::int)
  GROUP BY market_slug) AS m
JOIN sync_records r ON r.symbol = m.symbol AND r.timestamp >= to_timestamp(m.opens_at)
  AND r.timestamp < to_timestamp(m.opens_at + $3::int)
WHERE m.up IS NOT NULL AND extract(second FROM r.timestamp)::int % $4::int = 0
  AND m.opens_at >= (SELECT extract(epoch FROM min(timestamp)) FROM sync_records)
ORDER BY r.timestamp, m.market_slug`;

/** The samples of a horizon within the look-back, oldest first. */
export async function readSamples(
  database: Queryable,
  { horizon, lookbackHours }: { horizon: string; lookbackHours: number },
): Promise<readonly Sample[]> {
  const seconds = HORIZONS.find((known) => known.horizon === horizon)?.seconds;
  if (seconds === undefined) throw new Error(`there is no horizon ${horizon}`);
  const { rows } = await database.query(SELECT_SAMPLES, [horizon, lookbackHours, seconds, EVERY_SECS]);
  return rows.map((row: Record<string, unknown>) => ({
    market: String(row['market']),
    at: new Date(String(row['at'])),
    inputs: FEATURES.map((name) => Number(row[name])),
    wentUp: row['went_up'] === true,
  }));
}

/**
 * The markets of a moment stand side by side, one a symbol: a number that shares no factor with that of the symbols
 * holds out each symbol in its turn.
 */
const EVERY = 3;

/** Whole markets are held out, every third one, so that no market is on both sides. */
export function splitSamples(samples: readonly Sample[]): {
  readonly training: readonly Sample[];
  readonly heldOut: readonly Sample[];
} {
  const markets = [...new Set(samples.map(({ market }) => market))];
  const isHeldOut = new Set(markets.filter((_market, index) => index % EVERY === EVERY - 1));
  return {
    training: samples.filter(({ market }) => !isHeldOut.has(market)),
    heldOut: samples.filter(({ market }) => isHeldOut.has(market)),
  };
}
