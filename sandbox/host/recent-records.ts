import { inSession, inTransaction } from './incident-session.js';
import { TRADED_SYMBOLS } from './trading-data/strategy.js';
import { insertSyncRecords } from './trading-data/sync-records.js';

/**
 * Changes what the feed has written in the last minutes, so that an incident looks as if it had begun a while ago:
 * the next report shows it, and nobody has to wait; and none of it is left when it has ended.
 */
export interface RecentRecords {
  /** The symbols (all, unless named) have been silent for this long. */
  silence(seconds: number, symbols?: readonly string[]): Promise<void>;
  /** The moment of the last rows that are at least this old: what they say can be made to stand. */
  lastBefore(seconds: number): Promise<Date>;
  /** Prices are what they were at a moment that has rows. */
  freeze(at: Date): Promise<void>;
  /** The feed since then is what it would have been without a fault. */
  restore(since: Date): Promise<void>;
}

const SILENCE = `
DELETE FROM sync_records
WHERE timestamp > now() - make_interval(secs => $1::float8) AND ($2::text[] IS NULL OR symbol = ANY($2))`;

const LAST_BEFORE = `
SELECT max(timestamp) AS at FROM sync_records WHERE timestamp <= now() - make_interval(secs => $1::float8)`;

const FREEZE = `
WITH standing AS (
  SELECT DISTINCT ON (symbol) symbol, bn_mid_price, bn_best_bid, bn_best_ask
  FROM sync_records WHERE timestamp <= $1 ORDER BY symbol, timestamp DESC)
UPDATE sync_records r
SET bn_mid_price = s.bn_mid_price, bn_best_bid = s.bn_best_bid, bn_best_ask = s.bn_best_ask
FROM standing s WHERE r.symbol = s.symbol AND r.timestamp > $1`;

export function createRecentRecords(databaseUrl: string): RecentRecords {
  return {
    async silence(seconds, symbols) {
      await inSession(databaseUrl, (client) => client.query(SILENCE, [seconds, symbols ?? null]));
    },
    lastBefore: (seconds) =>
      inSession(databaseUrl, async (client) => {
        const { rows } = await client.query<{ at: Date | null }>(LAST_BEFORE, [seconds]);
        return rows[0]?.at ?? new Date();
      }),
    async freeze(at) {
      await inSession(databaseUrl, (client) => client.query(FREEZE, [at]));
    },
    restore: (since) =>
      inTransaction(databaseUrl, async (client) => {
        await client.query('DELETE FROM sync_records WHERE timestamp >= $1', [since]);
        await insertSyncRecords(client, {
          from: since,
          to: new Date(),
          everySecs: 1,
          symbols: TRADED_SYMBOLS,
        });
      }),
  };
}
