import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { createReaderRole } from '../../../sandbox/host/trading-data/reader-role.js';
import { seedTradingDatabase } from '../../../sandbox/host/trading-data/seed.js';
import { createEmptyDatabase, type TestDatabase } from '../../support/database.js';

const NOW = new Date();
const ROLE = `reader_${process.pid}_${NOW.getTime()}`;
let database: TestDatabase;
let reader: pg.Client;

beforeAll(async () => {
  database = await createEmptyDatabase();
  await seedTradingDatabase(database.pool, { now: NOW, scale: 0.1 });
  const url = await createReaderRole(database.pool, {
    adminUrl: database.url,
    role: ROLE,
    password: "o'pen",
  });
  reader = new pg.Client({ connectionString: url });
  await reader.connect();
});

afterAll(async () => {
  await reader.end();
  await database.pool.query(`DROP OWNED BY ${ROLE}`);
  await database.pool.query(`DROP ROLE ${ROLE}`);
  await database.drop();
});

async function rowsOf(sql: string): Promise<Record<string, unknown>[]> {
  return (await database.pool.query(sql)).rows;
}

test('the feed of each symbol ends now, a row a second, with prices that move', async () => {
  const rows = await rowsOf(`SELECT symbol, count(*)::int AS n, count(DISTINCT bn_mid_price)::int AS prices,
    max(timestamp) AS last FROM sync_records GROUP BY symbol ORDER BY symbol`);
  const same = { n: 361, last: NOW };
  expect(rows).toEqual(
    ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'XRPUSDT'].map((symbol) => ({
      symbol,
      prices: expect.any(Number),
      ...same,
    })),
  );
  expect(rows.every((row) => Number(row.prices) > 350)).toBe(true);
});

test('settlements cover 14 days of both horizons, two tokens a market, one of them worth 1', async () => {
  const rows = await rowsOf(`SELECT substring(market_slug FROM '-(5m|15m)-') AS horizon,
      count(DISTINCT market_slug)::int AS markets, count(*)::int AS tokens, sum(settled_price)::int AS worth
    FROM pm_token_settlements WHERE resolved GROUP BY 1 ORDER BY 1`);
  for (const row of rows) expect(row).toMatchObject({ tokens: 2 * Number(row.markets), worth: row.markets });
  const [fifteen, five] = rows.map((row) => Number(row.markets));
  expect(five).toBeGreaterThanOrEqual(16_128);
  expect(fifteen).toBeGreaterThanOrEqual(5_376);
});

test('slugs name the coin, the horizon and the start of the window', async () => {
  const rows = await rowsOf(`SELECT count(*)::int AS n FROM pm_token_settlements
    WHERE market_slug !~ '^(btc|eth|sol|xrp)-updown-(5m|15m)-[0-9]{10}$'
      OR split_part(market_slug, '-', 4)::bigint % 300 <> 0`);
  expect(rows).toEqual([{ n: 0 }]);
});

test('entries carry some 50 text values, and nothing lies in the future', async () => {
  const [row] =
    await rowsOf(`SELECT min(keys)::int AS keys, bool_and(texts) AS texts, max(executed_at) AS last
    FROM (SELECT executed_at, (SELECT count(*) FROM jsonb_object_keys(metadata)) AS keys,
        (SELECT bool_and(jsonb_typeof(value) = 'string') FROM jsonb_each(metadata)) AS texts
      FROM agent_order_executions WHERE metadata->>'signal_type' = 'crypto_lob_ml_entry') AS entry`);
  expect(row?.keys).toBeGreaterThanOrEqual(50);
  expect(row?.texts).toBe(true);
  expect(Number(row?.last)).toBeLessThan(NOW.getTime());
});

test('several agents and accounts share the tables, and each order had its decision', async () => {
  const rows = await rowsOf(`SELECT DISTINCT agent_id, account_id FROM agent_order_executions ORDER BY 1, 2`);
  expect(rows).toHaveLength(4);
  const orphans = await rowsOf(`SELECT count(*)::int AS n FROM agent_order_executions AS e
    LEFT JOIN risk_gate_decisions AS d USING (intent_id) WHERE d.decision IS NULL OR d.decision = 'BLOCKED'`);
  expect(orphans).toEqual([{ n: 0 }]);
});

test('the same moment gives the same history', async () => {
  const other = await createEmptyDatabase();
  await seedTradingDatabase(other.pool, { now: NOW, scale: 0.1 });
  const digest = `SELECT md5(string_agg(md5(intent_id::text || executed_at || metadata::text), ''
    ORDER BY intent_id)) AS digest FROM agent_order_executions`;
  const [first] = await rowsOf(digest);
  const second = (await other.pool.query(digest)).rows[0];
  await other.drop();
  expect(first?.digest).toEqual(expect.any(String));
  expect(second).toEqual(first);
});

test('the reader sees the four tables', async () => {
  const { rows } = await reader.query(`SELECT (SELECT count(*) > 0 FROM sync_records) AS a,
    (SELECT count(*) > 0 FROM pm_token_settlements) AS b, (SELECT count(*) > 0 FROM agent_order_executions) AS c,
    (SELECT count(*) > 0 FROM risk_gate_decisions) AS d, current_setting('lock_timeout') AS lock`);
  expect(rows).toEqual([{ a: true, b: true, c: true, d: true, lock: '500ms' }]);
});

test.each([
  ['DELETE FROM sync_records', /permission denied/],
  ["UPDATE agent_order_executions SET status = 'x'", /permission denied/],
  ['CREATE TABLE mine (id int)', /permission denied/],
  ['CREATE TEMPORARY TABLE mine (id int)', /permission denied/],
])('the reader may not %s, even after lifting its read-only setting', async (statement, refusal) => {
  await reader.query('SET default_transaction_read_only = off');
  await expect(reader.query(statement)).rejects.toThrow(refusal);
});

test('the reader gets three connections and no more', async () => {
  const { rows } = await database.pool.query('SELECT rolconnlimit FROM pg_roles WHERE rolname = $1', [ROLE]);
  expect(rows).toEqual([{ rolconnlimit: 3 }]);
});
