import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createTradingSchema } from '../../sandbox/host/trading-data/seed.js';
import { parseStrategyFacts } from '../../src/halt/strategy-facts.js';
import { createTradingLook, type TradingLook } from '../../src/halt/trading-look.js';
import { createTradingDatabase, type TradingDatabase } from '../../src/trading/trading-database.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';

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
  await database.pool.query('TRUNCATE agent_order_executions, pm_token_settlements');
});

const COLUMNS = `
    agent: agent_id
    account: account_id
    at: executed_at
    kind: metadata.signal_type
    market: market_slug
    token: token_id
    side: market_side
    shares: shares
    filledShares: filled_shares`;

/** The look of a strategy whose runbook says this of its orders. */
function lookWith(orders: string): TradingLook {
  const text = `strategy: s\nagentId: s\nenvPrefix: S__\nflag: { variable: ON }\norders:\n${orders}`;
  const look = createTradingLook(trading, parseStrategyFacts('runbook.yaml', text));
  if (look === undefined) throw new Error('the runbook’s orders could not be read');
  return look;
}

async function order(word: string, { isBuy = true, shares = 10, token = 't1' } = {}): Promise<void> {
  await database.pool.query(
    `INSERT INTO agent_order_executions (agent_id, account_id, intent_id, domain, market_slug, token_id, market_side, is_buy, shares,
       limit_price, status, filled_shares, elapsed_ms, dry_run, metadata, executed_at)
     VALUES ('s', 'default', gen_random_uuid(), 'crypto', 'market', $4, 'UP', $2, $3, 0.5, 'Filled', $3, 1, false,
       jsonb_build_object('signal_type', $1::text), now())`,
    [word, isBuy, shares, token],
  );
}

test('the words of entries and exits are the runbook’s, not made of the strategy’s name', async () => {
  const look = lookWith(
    `  entry: go_long\n  exit: [take_profit, stop_loss]\n  table: agent_order_executions\n  columns:${COLUMNS}`,
  );
  await order('go_long');
  await order('s_entry');
  await order('s_entry');
  await order('take_profit', { isBuy: false, shares: 4 });
  await order('stop_loss', { isBuy: false, shares: 3 });
  expect(await look.entriesSince(undefined, 60)).toBe(1);
  expect(await look.openEntries(undefined)).toMatchObject({
    total: 1,
    rows: [{ market_slug: 'market', shares: 3 }],
  });
});

test('one word for entries and exits: the side of the order tells them apart', async () => {
  const look = lookWith(
    `  entry: s\n  exit: s\n  table: agent_order_executions\n  columns:${COLUMNS}\n    isBuy: is_buy\nhalt:\n  settled: { table: pm_token_settlements, token: token_id, isSettled: resolved }`,
  );
  await order('s');
  await order('s', { isBuy: false });
  await order('s', { token: 't2', shares: 7 });
  await order('s', { token: 't3' });
  await database.pool.query("INSERT INTO pm_token_settlements (token_id, resolved) VALUES ('t3', true)");
  expect(await look.entriesSince(undefined, 60)).toBe(3);
  expect(await look.openEntries(undefined)).toMatchObject({ total: 1, rows: [{ shares: 7 }] });
});

test('one word without a column that tells the sides apart is no answer: nobody looks by it', () => {
  expect(() =>
    lookWith(`  entry: s\n  exit: s\n  table: agent_order_executions\n  columns:${COLUMNS}`),
  ).toThrow('could not be read');
});
