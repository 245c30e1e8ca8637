import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createTradingSchema } from '../../sandbox/host/trading-data/seed.js';
import { createTradedReader } from '../../src/release/traded-entries.js';
import { createTradingDatabase, type TradingDatabase } from '../../src/trading/trading-database.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';
import { SHIPPED_FACTS } from '../support/strategy-facts.js';

let database: TestDatabase;
let trading: TradingDatabase;

beforeAll(async () => {
  database = await createEmptyDatabase();
  await createTradingSchema(database.pool);
  trading = createTradingDatabase({ url: database.url, logger: { warn: () => {} } });
});
afterAll(async () => {
  await trading.close();
  await database.drop();
});
beforeEach(async () => {
  await database.pool.query('TRUNCATE agent_order_executions');
});

interface Given {
  readonly account?: string;
  readonly agent?: string;
  readonly dryRun?: boolean;
  readonly word?: string;
  readonly isBuy?: boolean;
  readonly status?: string;
  readonly filled?: number;
  readonly version?: string;
}

/** @param minute after the beginning of the day */
async function order(minute: number, given: Given = {}): Promise<void> {
  const { account = 'dry', agent = 's', dryRun = true, word = 'crypto_lob_ml_entry' } = given;
  const { isBuy = true, status = 'Filled', filled = 10, version = ' v1 ' } = given;
  await database.pool.query(
    `INSERT INTO agent_order_executions (agent_id, account_id, intent_id, domain, market_slug, token_id, market_side,
       is_buy, shares, limit_price, status, filled_shares, elapsed_ms, dry_run, metadata, executed_at)
     VALUES ($1, $2, gen_random_uuid(), 'crypto', 'm', 't', 'UP', $3, 10, 0.5, $4, $5, 1, $6, $7,
       timestamptz '2026-03-01T00:00:00Z' + make_interval(mins => $8))`,
    [agent, account, isBuy, status, filled, dryRun, { signal_type: word, model_version: version }, minute],
  );
}

const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 0, minute)).toISOString();
const POLICY = { from: 'dryrun', hours: 24, entries: 50 };

function traded(from: number, to: number | undefined, version: string | undefined = 'v1') {
  const read = createTradedReader(trading, { agentId: 's', orders: SHIPPED_FACTS.orders });
  if (read === undefined) throw new Error('the shipped runbook has orders');
  const span = { from: at(from), to: to === undefined ? undefined : at(to), version };
  return read({ accountId: 'dry', dryRun: true }, [span], POLICY);
}

test('the time between entries counts, and not the time before, after, or of a silence longer than an hour', async () => {
  for (const minute of [30, 60, 90, 200, 230]) await order(minute);
  expect(await traded(0, 400)).toEqual({ hours: 1.5, entries: 5 });
});

test('no entry is no time, however long the span', async () => {
  expect(await traded(0, 6_000)).toEqual({ hours: 0, entries: 0 });
});

test('only what lies in a span counts, and no time across two of them', async () => {
  for (const minute of [10, 20, 30, 40, 50]) await order(minute);
  const read = createTradedReader(trading, { agentId: 's', orders: SHIPPED_FACTS.orders });
  const spans = [
    { from: at(10), to: at(30), version: 'v1' },
    { from: at(40), to: undefined, version: 'v1' },
  ];
  const shown = await read?.({ accountId: 'dry', dryRun: true }, spans, POLICY);
  expect(shown?.entries).toBe(4);
  expect(shown?.hours).toBeCloseTo(20 / 60, 9);
});

test('an order of somebody else, of another model, or that is no entry does not count', async () => {
  await order(10);
  await order(11, { account: 'live' });
  await order(12, { agent: 'other' });
  await order(13, { dryRun: false });
  await order(14, { word: 'crypto_lob_ml_exit', isBuy: false });
  await order(15, { isBuy: false });
  await order(16, { version: 'v2' });
  for (const status of ['Rejected', 'FAILED', ' expired ', 'Cancelled'])
    await order(17, { status, filled: 0 });
  expect(await traded(0, 60)).toEqual({ hours: 0, entries: 1 });
});

test('an entry that was filled in part, or waits for its fill, counts', async () => {
  await order(10, { status: 'Cancelled', filled: 3 });
  await order(16, { status: 'Submitted', filled: 0 });
  expect(await traded(0, 60)).toEqual({ hours: 0.1, entries: 2 });
});

test('a release that noted no version counts by its time alone', async () => {
  await order(10, { version: 'v7' });
  const read = createTradedReader(trading, { agentId: 's', orders: SHIPPED_FACTS.orders });
  const span = { from: at(0), to: undefined, version: undefined };
  expect(await read?.({ accountId: undefined, dryRun: true }, [span], POLICY)).toMatchObject({ entries: 1 });
});

test('without a place of orders, or a trading database, nobody can tell', () => {
  expect(createTradedReader(trading, { agentId: 's', orders: undefined })).toBeUndefined();
  expect(createTradedReader(undefined, { agentId: 's', orders: SHIPPED_FACTS.orders })).toBeUndefined();
});
