import pg from 'pg';

/**
 * Changes what the feed has written in the last minutes, so that an incident looks as if it had begun a while ago:
 * the next report shows it, and nobody has to wait.
 */
export interface RecentRecords {
  /** The symbols (all, unless named) have been silent for this long. */
  silence(seconds: number, symbols?: readonly string[]): Promise<void>;
  /** The moment of the last rows that are at least this old: what they say can be made to stand. */
  lastBefore(seconds: number): Promise<Date>;
  /** Prices are what they were at a moment that has rows. */
  freeze(at: Date): Promise<void>;
  /** No row is from the future any more. */
  dropFuture(): Promise<void>;
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
      await change(databaseUrl, SILENCE, [seconds, symbols ?? null]);
    },
    async lastBefore(seconds) {
      const [row] = await change(databaseUrl, LAST_BEFORE, [seconds]);
      return row?.at ?? new Date();
    },
    async freeze(at) {
      await change(databaseUrl, FREEZE, [at]);
    },
    async dropFuture() {
      await change(databaseUrl, 'DELETE FROM sync_records WHERE timestamp > now()', []);
    },
  };
}

async function change(databaseUrl: string, statement: string, values: unknown[]) {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'incident' });
  await client.connect();
  try {
    const { rows } = await client.query<{ at: Date | null }>(statement, values);
    return rows;
  } finally {
    await client.end();
  }
}
