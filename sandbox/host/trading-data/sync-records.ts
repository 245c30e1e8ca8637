import type { Queryable } from './queryable.js';
import type { TradedSymbol } from './strategy.js';

/**
 * The simulated price as an SQL expression: slow swings that decide a market, faster ones that move it every
 * second. A pure function of time, so that the seeded history and the collector's rows join without a jump.
 * @param epoch seconds; a whole number counts as one with a fraction.
 */
export function midPriceSql(epoch: string, base: string, phase: string): string {
  const seconds = `${epoch}::float8`;
  return `(${base} * (1 + 0.012 * sin(${seconds} / 1800 + ${phase}) + 0.002 * sin(${seconds} / 97 + ${phase})
    + 0.0002 * sin(${seconds} * 1.7 + ${phase} * 3)))`;
}

const INSERT_SYNC_RECORDS = `
INSERT INTO sync_records (timestamp, symbol, bn_mid_price, bn_best_bid, bn_best_ask, bn_spread_bps, bn_obi_5,
  bn_obi_10, bn_bid_volume, bn_ask_volume, pm_yes_price, pm_no_price, pm_market_slug, bn_price_change_1s,
  bn_price_change_5s, bn_momentum, created_at)
SELECT t.at, s.symbol, p.mid, p.mid * (1 - p.spread_bps / 20000), p.mid * (1 + p.spread_bps / 20000),
  p.spread_bps, p.trend * 0.7 + 0.2 * sin(c.e * 2.3), p.trend * 0.6 + 0.2 * sin(c.e * 1.1),
  40 + 30 * p.trend + 5 * sin(c.e / 3), 40 - 30 * p.trend + 5 * cos(c.e / 3),
  0.5 + 0.4 * p.trend, 0.5 - 0.4 * p.trend,
  s.coin || '-updown-5m-' || (floor(extract(epoch FROM t.at) / 300) * 300)::bigint,
  (p.mid / p.mid_1s - 1) * 100, (p.mid / p.mid_5s - 1) * 100, p.trend, LEAST(t.at, now())
FROM generate_series($1::timestamptz, $2::timestamptz, make_interval(secs => $3::float8)) AS t(at)
CROSS JOIN unnest($4::text[], $5::text[], $6::float8[], $7::float8[]) AS s(symbol, coin, base, phase)
CROSS JOIN LATERAL (SELECT COALESCE($8::float8, extract(epoch FROM t.at)::float8) AS e) AS c
CROSS JOIN LATERAL (
  SELECT ${midPriceSql('c.e', 's.base', 's.phase')} AS mid,
    ${midPriceSql('(c.e - 1)', 's.base', 's.phase')} AS mid_1s,
    ${midPriceSql('(c.e - 5)', 's.base', 's.phase')} AS mid_5s,
    0.6 * cos(c.e / 1800 + s.phase) + 0.3 * cos(c.e / 97 + s.phase) AS trend,
    1.2 + 0.4 * sin(c.e / 11 + s.phase) AS spread_bps) AS p
ORDER BY t.at`;

export interface SyncRecordSpan {
  readonly from: Date;
  /** Inclusive. */
  readonly to: Date;
  /** Seconds between two rows of one symbol. */
  readonly everySecs: number;
  readonly symbols: readonly TradedSymbol[];
  /** Set: the rows carry the prices of that moment, whatever their own time stamp says. */
  readonly pricesOf?: Date | undefined;
}

/** Writes one row a symbol and step. Returns how many. */
export async function insertSyncRecords(database: Queryable, span: SyncRecordSpan): Promise<number> {
  const result = await database.query(INSERT_SYNC_RECORDS, [
    span.from,
    span.to,
    span.everySecs,
    span.symbols.map((traded) => traded.symbol),
    span.symbols.map((traded) => traded.coin),
    span.symbols.map((traded) => traded.basePrice),
    span.symbols.map((traded) => traded.phase),
    span.pricesOf === undefined ? null : span.pricesOf.getTime() / 1000,
  ]);
  return result.rowCount ?? 0;
}
