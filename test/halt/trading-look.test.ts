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
    filledShares: filled_shares
    id: id
    status: status
    dryRun: dry_run
  statuses: { filled: Filled, over: [Cancelled, Expired, Rejected, Failed] }`;
const SCOPE = { accountId: 'default', dryRun: false };

/** The look of a strategy whose runbook says this of its orders. */
function lookWith(orders: string): TradingLook {
  const text = `strategy: s\nagentId: s\nenvPrefix: S__\nflag: { variable: ON }\norders:\n${orders}`;
  const look = createTradingLook(trading, parseStrategyFacts('runbook.yaml', text));
  if (look === undefined) throw new Error('the runbook’s orders could not be read');
  return look;
}

const look = () =>
  lookWith(
    `  entry: s_entry\n  exit: s_exit\n  table: agent_order_executions\n  columns:${COLUMNS}\nhalt:\n  settled: { table: pm_token_settlements, token: token_id, isSettled: resolved }\n  marketEnds: '-(\\d+)m-(\\d+)$'`,
  );

interface Given {
  readonly isBuy?: boolean;
  readonly shares?: number;
  readonly token?: string;
  readonly account?: string | null;
  readonly dryRun?: boolean | null;
  readonly status?: string;
  readonly filled?: number | null;
  readonly market?: string;
  readonly metadata?: object | null;
  /** Seconds from now. */
  readonly at?: number;
}

/** @returns its id */
async function order(word: string, given: Given = {}): Promise<string> {
  const { isBuy = true, shares = 10, token = 't1', account = 'default', dryRun = false } = given;
  const {
    status = 'Filled',
    filled = shares,
    market = 'market',
    metadata = { signal_type: word },
    at = 0,
  } = given;
  const { rows } = await database.pool.query(
    `INSERT INTO agent_order_executions (agent_id, account_id, intent_id, domain, market_slug, token_id, market_side, is_buy, shares,
       limit_price, status, filled_shares, elapsed_ms, dry_run, metadata, executed_at)
     VALUES ('s', $1, gen_random_uuid(), 'crypto', $2, $3, 'UP', $4, $5, 0.5, $6, $7, 1, $8, $9, now() + make_interval(secs => $10))
     RETURNING id`,
    [account, market, token, isBuy, shares, status, filled, dryRun, metadata, at],
  );
  return rows[0].id;
}

test('the words of entries and exits are the runbook’s, not made of the strategy’s name', async () => {
  const look = lookWith(
    `  entry: go_long\n  exit: [take_profit, stop_loss]\n  table: agent_order_executions\n  columns:${COLUMNS}`,
  );
  const { mark } = await look.mark(SCOPE, 0);
  await order('go_long');
  await order('take_profit', { isBuy: false, shares: 4 });
  await order('stop_loss', { isBuy: false, shares: 3 });
  expect(await look.ordersSince(SCOPE, mark)).toBe(1);
  expect(await look.openEntries(SCOPE)).toMatchObject({
    total: 1,
    rows: [{ market_slug: 'market', shares: 3 }],
  });
});

test('one word for entries and exits: the side of the order tells them apart', async () => {
  const look = lookWith(
    `  entry: s\n  exit: s\n  table: agent_order_executions\n  columns:\n    isBuy: is_buy${COLUMNS}\nhalt:\n  settled: { table: pm_token_settlements, token: token_id, isSettled: resolved }`,
  );
  const { mark } = await look.mark(SCOPE, 0);
  await order('s');
  await order('s', { isBuy: false });
  await order('s', { token: 't2', shares: 7 });
  await order('s', { token: 't3' });
  await database.pool.query("INSERT INTO pm_token_settlements (token_id, resolved) VALUES ('t3', true)");
  expect(await look.ordersSince(SCOPE, mark)).toBe(3);
  expect(await look.openEntries(SCOPE)).toMatchObject({ total: 1, rows: [{ shares: 7 }] });
});

test('one word without a column that tells the sides apart is no answer: nobody looks by it', () => {
  expect(() =>
    lookWith(`  entry: s\n  exit: s\n  table: agent_order_executions\n  columns:${COLUMNS}`),
  ).toThrow('could not be read');
});

test.each<[string, string, Given]>([
  ['of an unknown kind', 'crypto_lob_window_entry', {}],
  ['without a kind', '', { metadata: {} }],
  ['without metadata', '', { metadata: null }],
  ['without an account', 's_entry', { account: null }],
  ['that does not say whether it is simulated', 's_entry', { dryRun: null }],
  ['stamped an hour ago', 's_entry', { at: -3_600 }],
  ['stamped an hour ahead', 's_entry', { at: 3_600 }],
  ['that was rejected', 's_entry', { status: 'Rejected', filled: 0 }],
])('an order %s counts, whatever it says', async (_name, word, given) => {
  await order('s_entry');
  const { mark } = await look().mark(SCOPE, 0);
  expect(await look().ordersSince(SCOPE, mark)).toBe(0);
  await order(word, given);
  expect(await look().ordersSince(SCOPE, mark)).toBe(1);
});

test('exits, another account’s orders, simulated ones and what stood there before do not count', async () => {
  await order('s_entry');
  const { mark } = await look().mark(SCOPE, 0);
  await order('s_exit', { isBuy: false });
  await order('s_entry', { account: 'other' });
  await order('s_entry', { dryRun: true });
  expect(await look().ordersSince(SCOPE, mark)).toBe(0);
  expect(await look().ordersSince({ ...SCOPE, dryRun: true }, mark)).toBe(1);
});

test('an order whose transaction was slow counts though its id is lower than the highest', async () => {
  const slow = await database.pool.connect();
  try {
    await slow.query('BEGIN');
    await slow.query(
      `INSERT INTO agent_order_executions (agent_id, account_id, intent_id, market_slug, token_id, market_side, domain, elapsed_ms, limit_price,
         is_buy, shares, status, filled_shares, dry_run, executed_at)
       VALUES ('s', 'default', gen_random_uuid(), 'm', 't', 'UP', 'crypto', 1, 0.5, true, 1, 'Filled', 1, false, now())`,
    );
    await order('s_entry');
    const { mark } = await look().mark(SCOPE, 0);
    await slow.query('COMMIT');
    expect(await look().ordersSince(SCOPE, mark)).toBe(1);
  } finally {
    slow.release();
  }
});

test('a resting order of before that fills is no new row, and counts', async () => {
  const id = await order('s_entry', { status: 'Submitted', filled: 0 });
  const exit = await order('s_exit', { isBuy: false, status: 'Submitted', filled: 0 });
  const { mark } = await look().mark(SCOPE, 0);
  expect(await look().ordersSince(SCOPE, mark)).toBe(0);
  const fill = (which: string) =>
    database.pool.query(
      "UPDATE agent_order_executions SET status = 'Filled', filled_shares = 4 WHERE id = $1",
      [which],
    );
  await fill(exit);
  expect(await look().ordersSince(SCOPE, mark)).toBe(0);
  await fill(id);
  expect(await look().ordersSince(SCOPE, mark)).toBe(1);
});

test('a mark that comes late counts what came before it unseen', async () => {
  await order('s_entry', { at: -20 });
  await order('s_exit', { at: -5, isBuy: false });
  expect((await look().mark(SCOPE, 0)).before).toBe(0);
  expect((await look().mark(SCOPE, 10)).before).toBe(0);
  expect((await look().mark(SCOPE, 30)).before).toBe(1);
});

test('what can still fill rests: by market, until the market ends', async () => {
  const now = Math.floor(Date.now() / 1_000);
  const open = `btc-updown-5m-${now - 60}`;
  await order('s_entry', { market: open, status: 'Submitted', filled: null });
  await order('s_entry', { market: open, status: 'PartiallyFilled', filled: 4 });
  await order('s_entry', { market: open, status: 'submitted', filled: 0, token: 'settled' });
  await order('s_entry', { market: `btc-updown-5m-${now - 301}`, status: 'Submitted', filled: 0 });
  await order('s_entry', { market: open, status: 'Cancelled', filled: 0 });
  await order('s_entry', { market: open, status: ' FILLED ' });
  await order('s_entry', { market: open, status: 'Pending', filled: 0, dryRun: true });
  await order('s_entry', {
    market: 'eth-updown-5m-99999999999999999999',
    status: 'Parked',
    filled: null,
    shares: 3,
  });
  await database.pool.query("INSERT INTO pm_token_settlements (token_id, resolved) VALUES ('settled', true)");
  expect(await look().resting(SCOPE)).toEqual({
    total: 3,
    rows: [
      {
        market_slug: 'eth-updown-5m-99999999999999999999',
        market_side: 'UP',
        orders: 1,
        shares: 3,
        ends_at: null,
      },
      {
        market_slug: open,
        market_side: 'UP',
        orders: 2,
        shares: 16,
        ends_at: new Date((now + 240) * 1_000).toISOString().replace('.000Z', 'Z'),
      },
    ],
  });
});

test('what was never filled is no position', async () => {
  await order('s_entry', { status: 'Submitted', filled: null });
  await order('s_entry', { status: 'Rejected', filled: null, token: 't2' });
  await order('s_entry', { status: 'Filled', filled: null, token: 't3', shares: 2 });
  expect(await look().openEntries(SCOPE)).toMatchObject({ total: 1, rows: [{ shares: 2 }] });
});

test('what rests and what is held is told one by one, as the venue is asked for it', async () => {
  const partly = await order('s_entry', { status: 'PartiallyFilled', filled: 4 });
  await order('s_entry', { status: 'Submitted', filled: 0, token: 't2', market: 'other' });
  await order('s_entry', { status: 'Filled', token: 't3', market: 'over' });
  await database.pool.query("UPDATE agent_order_executions SET order_id = 'at-the-venue' WHERE id = $1", [
    partly,
  ]);
  const named = { market: 'market', side: 'UP', shares: 6, endsAt: null };
  const other = { id: null, market: 'other', side: 'UP', shares: 10, endsAt: null };
  // A contract that does not say where the venue's id stands matches nothing.
  expect(await look().restingOrders(SCOPE)).toEqual(
    expect.arrayContaining([
      { ...named, id: null },
      { ...other, id: null },
    ]),
  );
  const withIds = lookWith(
    `  entry: s_entry\n  exit: s_exit\n  table: agent_order_executions\n  columns:${COLUMNS.replace('id: id', 'id: id\n    orderId: order_id')}`,
  );
  expect(await withIds.restingOrders(SCOPE)).toEqual(
    expect.arrayContaining([{ ...named, id: 'at-the-venue' }, other]),
  );
  expect(await withIds.positions(SCOPE)).toEqual(
    expect.arrayContaining([
      { market: 'market', side: 'UP', shares: 4 },
      { market: 'over', side: 'UP', shares: 10 },
    ]),
  );
});
