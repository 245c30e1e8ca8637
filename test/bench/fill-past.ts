import type pg from 'pg';
import { fillOrders, type OrderCounts } from './fill-orders.js';
import { fillSyncRecords } from './fill-sync-records.js';
import { fillTable } from './fill-table.js';

export interface PastCounts extends OrderCounts {
  readonly days: number;
  readonly records: number;
  readonly settlements: number;
}

/** Four symbols of the feed. */
const SYMBOLS = 4;

/** Two tokens a market, three of four markets of five minutes. */
const INSERT_SETTLEMENTS = `
INSERT INTO pm_token_settlements (token_id, condition_id, market_slug, outcome, settled_price, resolved, resolved_at)
SELECT lpad(n::text, 77, '0'), md5((n / 2)::text),
  (ARRAY['btc', 'eth', 'sol', 'xrp'])[1 + n / 2 % 4] || '-updown-' || CASE WHEN n / 2 % 16 < 12 THEN '5m' ELSE '15m' END
    || '-' || 1767225600 + n / 2,
  CASE WHEN n % 2 = 0 THEN 'Up' ELSE 'Down' END, n % 2, true, now() - make_interval(secs => n * $2::float8)
FROM generate_series($1::bigint, 1, -1) AS n`;

/** Fills the four tables, which must be empty, evenly over so many days up to now. */
export async function fillPast(owner: pg.Client, counts: PastCounts): Promise<void> {
  const secs = counts.days * 86_400;
  await fillOrders(owner, counts, counts.days);
  await fillTable(owner, 'pm_token_settlements', () =>
    owner.query(INSERT_SETTLEMENTS, [counts.settlements, secs / counts.settlements]),
  );
  await fillSyncRecords(owner, counts.records, (secs * SYMBOLS) / counts.records);
}
