import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type pg from 'pg';
import { createTradingSchema } from '../../sandbox/host/trading-data/seed.js';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import type { Query } from '../../src/runbook/check-definition.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';

/** The checklist's own query 2.2-A, word for word. */
const CHECKLIST = `
  SELECT
    symbol,
    MAX(timestamp) AS last_ts,
    EXTRACT(EPOCH FROM NOW() - MAX(timestamp)) AS lag_secs,
    COUNT(*) FILTER (WHERE timestamp >= NOW() - INTERVAL '5 minutes') AS rows_5m
  FROM sync_records
  WHERE symbol IN ('BTCUSDT','ETHUSDT','SOLUSDT','XRPUSDT')
  GROUP BY symbol
  ORDER BY symbol`;

const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'XRPUSDT'];
let database: TestDatabase;
let client: pg.PoolClient;
let freshness: Query;
let parametersAt: (asOf: unknown) => unknown[];

beforeAll(async () => {
  database = await createEmptyDatabase();
  await createTradingSchema(database.pool);
  client = await database.pool.connect();
  const runbook = await loadRunbook('runbooks/crypto_lob_ml/runbook.yaml', PROBE_KINDS);
  const checks = runbook.sections.flatMap((section) => section.checks);
  const probe = checks.find(({ id }) => id === 'data.sync_records.lag')?.probe;
  if (probe?.query === undefined) throw new Error('the check of the lag asks no database');
  freshness = probe.query;
  parametersAt = (asOf) =>
    freshness.statement.parameters.map((name) => (name === 'asOf' ? asOf : runbook.params[name]));
});

afterAll(async () => {
  client.release();
  await database.drop();
});

interface Feed {
  readonly symbol: string;
  /** Seconds before now; below 0: in the future. */
  readonly ages: readonly number[];
}

/** Both answers to the same rows at the same moment: NOW() stands still within a transaction. */
async function answers(feeds: readonly Feed[]) {
  await client.query('BEGIN');
  try {
    await client.query('TRUNCATE sync_records');
    for (const { symbol, ages } of feeds) {
      await client.query(
        `INSERT INTO sync_records (timestamp, symbol, bn_mid_price, bn_best_bid, bn_best_ask, bn_spread_bps, bn_obi_5,
                                   bn_obi_10, bn_bid_volume, bn_ask_volume)
         SELECT NOW() - make_interval(secs => age), $1, 1, 1, 1, 1, 0, 0, 1, 1 FROM unnest($2::float8[]) AS age`,
        [symbol, ages],
      );
    }
    const reference = await client.query(CHECKLIST);
    const moment = await client.query('SELECT NOW()::text AS as_of');
    const ours = await client.query(freshness.statement.text, parametersAt(moment.rows[0].as_of));
    return { reference: reference.rows, ours: ours.rows };
  } finally {
    await client.query('ROLLBACK');
  }
}

const age = fc.oneof(
  fc.integer({ min: -120, max: 900 }),
  fc.constantFrom(0, 299.999, 300, 300.001, -0.001, 86_400, 30 * 86_400),
);
const feed = fc.record({
  symbol: fc.constantFrom(...SYMBOLS, 'DOGEUSDT', 'btcusdt', 'BTCUSDTX', 'BTC'),
  ages: fc.array(age, { maxLength: 12 }),
});

test('equal to the checklist’s own query wherever that has rows, for any rows', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(feed, { maxLength: 8 }), async (feeds) => {
      const { reference, ours } = await answers(feeds);
      expect(ours.map(({ rows_future: _, ...row }) => row)).toEqual(reference);
    }),
    { numRuns: 150 },
  );
});

test('a dead symbol and rows from the future', async () => {
  const { reference, ours } = await answers([
    { symbol: 'BTCUSDT', ages: [1, 2, 400] },
    { symbol: 'ETHUSDT', ages: [-60, 1] },
    { symbol: 'SOLUSDT', ages: [3600] },
  ]);
  const named = ours.map(({ symbol, lag_secs, rows_5m, rows_future }) => [
    symbol,
    Math.round(Number(lag_secs)),
    Number(rows_5m),
    Number(rows_future),
  ]);
  expect(named).toEqual([
    ['BTCUSDT', 1, 2, 0],
    ['ETHUSDT', -60, 2, 1],
    ['SOLUSDT', 3600, 0, 0],
  ]);
  expect(reference.map(({ symbol }) => symbol)).toEqual(['BTCUSDT', 'ETHUSDT', 'SOLUSDT']);
});

test('a symbol without rows costs no walk through the whole table, also without statistics', async () => {
  await database.pool.query(
    `INSERT INTO sync_records (timestamp, symbol, bn_mid_price, bn_best_bid, bn_best_ask, bn_spread_bps, bn_obi_5,
                               bn_obi_10, bn_bid_volume, bn_ask_volume)
     SELECT NOW() - make_interval(secs => i), 'BTCUSDT', 1, 1, 1, 1, 0, 0, 1, 1 FROM generate_series(1, 40000) AS i`,
  );
  const { rows } = await client.query({
    text: `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON, TIMING OFF) ${freshness.statement.text}`,
    values: parametersAt(new Date().toISOString()),
  });
  const [{ Plan: plan }] = rows[0]['QUERY PLAN'];
  expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThan(300);
  await database.pool.query('TRUNCATE sync_records');
});
