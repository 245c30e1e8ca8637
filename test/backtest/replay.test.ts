import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createTradingSchema } from '../../sandbox/host/trading-data/seed.js';
import type { BacktestFigures } from '../../src/domain/backtest.js';
import type { ReplayedMoment } from '../../src/domain/backtest-tally.js';
import { createTradingDatabase, type TradingDatabase } from '../../src/trading/trading-database.js';
import { insertDecidedOrder, insertDecisions, insertOrder } from '../checks/support/orders.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';
import { aWish, type BacktestStage, createBacktestStage } from './support/backtest-stage.js';

/** The back-test over a real database: each moment must give what a run of that moment would have given. */

const NOW = new Date('2026-03-03T00:30:00.000Z');
const at = (text: string): Date => new Date(`${text}.000Z`);
const before = (moment: Date, secs: number): Date => new Date(moment.getTime() - secs * 1_000);

let database: TestDatabase;
let trading: TradingDatabase;
let stage: BacktestStage;

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
  await database.pool.query(
    'TRUNCATE sync_records, pm_token_settlements, agent_order_executions, risk_gate_decisions RESTART IDENTITY',
  );
  stage = await createBacktestStage({ trading, asOf: NOW });
});
afterEach(async () => {
  await stage.remove();
  expect(stage.unforeseen).toEqual([]);
});

/** Rows of the feed each second for so long before a moment; the prices move. */
const feed = (until: Date, secs: number, symbols: readonly string[]) =>
  database.pool.query(
    `INSERT INTO sync_records (timestamp, symbol, bn_mid_price, bn_best_bid, bn_best_ask, bn_spread_bps, bn_obi_5,
       bn_obi_10, bn_bid_volume, bn_ask_volume)
     SELECT $1::timestamptz - make_interval(secs => i), symbol, 100 + i, 99, 101, 1, 0, 0, 1, 1
     FROM generate_series(1, $2::int) i, unnest($3::text[]) symbol ORDER BY i DESC`,
    [until, secs, symbols],
  );
const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'XRPUSDT'];

/** Six hours, of which each has a feed of six minutes. */
async function sixHours(dead: Readonly<Record<string, number>> = {}): Promise<void> {
  for (let hour = 0; hour < 6; hour += 1) {
    const moment = new Date(NOW.getTime() - (5 - hour) * 3_600_000 - 1_800_000);
    for (const symbol of SYMBOLS) {
      const late = dead[`${symbol} ${hour}`] ?? 0;
      await feed(before(moment, late), 360, [symbol]);
    }
  }
}

const ask = (
  wish: Parameters<typeof aWish>[0],
  options: Partial<Parameters<BacktestStage['backtester']['run']>[2]> = {},
): Promise<BacktestFigures> =>
  stage.backtester.run(stage.target, aWish(wish), { signal: new AbortController().signal, ...options });
const checkOf = ({ checks }: BacktestFigures, id: string) => {
  const found = checks.find((check) => check.id === id);
  if (found === undefined) throw new Error(`the back-test holds no check ${id}`);
  return found;
};

test('each moment sees the rows of then, and none that came later', async () => {
  await sixHours({ 'SOLUSDT 2': 40, 'BTCUSDT 4': 90 });
  const figures = await ask({ days: 1, checks: ['data.sync_records.lag', 'data.sync_records.frozen'] });
  const lag = checkOf(figures, 'data.sync_records.lag');
  // Before the first row nobody knows; then each hour by itself.
  expect([figures.moments, lag.now.moments]).toEqual([
    24,
    { UNKNOWN: 18, PASS: 4, INCONCLUSIVE: 1, FAIL: 1 },
  ]);
  expect(lag.sample).toMatchObject({ at: '2026-03-02T23:00:00.000Z', outcome: 'FAIL' });
  expect(lag.sample?.says[0]?.en).toMatch(/^BTCUSDT 91\.0 s, expected under 10 s/);
  expect(lag.days.map(({ day }) => day)).toEqual(['2026-03-02', '2026-03-03']);
});

test('changed parameters stand beside today’s, and the moments where the two differ are named', async () => {
  await sixHours({ 'SOLUSDT 2': 40, 'BTCUSDT 4': 90 });
  const figures = await ask({ days: 1, checks: ['data.sync_records.lag'], set: { lagFailSecs: 30 } });
  const lag = checkOf(figures, 'data.sync_records.lag');
  expect(lag.changed?.moments).toEqual({ UNKNOWN: 18, PASS: 4, FAIL: 2 });
  expect(lag.differences).toEqual([
    { at: '2026-03-02T21:00:00.000Z', now: 'INCONCLUSIVE', changed: 'FAIL', entries: 0 },
  ]);
  expect(figures.parameters).toEqual([{ name: 'lagFailSecs', now: 60, changed: 30 }]);
});

test('orders are judged within the windows of then, with the entries that stood in them', async () => {
  for (let hour = 0; hour < 4; hour += 1) {
    const moment = new Date(at('2026-03-02T21:00:00').getTime() + hour * 3_600_000);
    for (let entry = 1; entry <= 3; entry += 1)
      await insertDecidedOrder(database.pool, { at: before(moment, entry * 300) });
  }
  // The oldest rows; and an order around the Coordinator in one window.
  await insertDecisions(database.pool, 1, { at: at('2026-03-02T19:00:00') });
  await insertOrder(database.pool, { at: at('2026-03-02T18:59:00') });
  await insertOrder(database.pool, { at: at('2026-03-02T22:40:00'), orderId: 'around' });
  const figures = await ask({ days: 1, checks: ['risk.correspondence', 'exec.activity'] });
  const correspondence = checkOf(figures, 'risk.correspondence');
  expect(correspondence.now).toEqual({
    moments: { UNKNOWN: 19, INCONCLUSIVE: 1, PASS: 3, FAIL: 1 },
    entries: { UNKNOWN: 1, INCONCLUSIVE: 0, PASS: 9, FAIL: 4 },
  });
});

test('whole days without any row of a table are named: of deleted rows nothing can be known', async () => {
  for (const day of ['2026-02-20', '2026-02-24', '2026-02-25', '2026-03-01'])
    await feed(at(`${day}T12:00:00`), 60, ['BTCUSDT']);
  await feed(at('2026-03-03T00:20:00'), 60, ['BTCUSDT']);
  const figures = await ask({ days: 14, everySecs: 86_400, checks: ['data.sync_records.lag'] });
  // Neither before the oldest row, which is unknown anyway, nor of the day that goes on.
  expect(figures.emptyDays).toEqual([
    {
      table: 'sync_records',
      days: [
        '2026-02-21',
        '2026-02-22',
        '2026-02-23',
        '2026-02-26',
        '2026-02-27',
        '2026-02-28',
        '2026-03-02',
      ],
    },
  ]);
});

test('a table with a row on each day has no such day', async () => {
  for (const day of ['2026-02-28', '2026-03-01', '2026-03-02'])
    await feed(at(`${day}T00:00:02`), 1, ['BTCUSDT']);
  const figures = await ask({ days: 7, everySecs: 86_400, checks: ['data.sync_records.lag'] });
  expect(figures.emptyDays).toEqual([]);
});

test('what is cancelled tells what was replayed until then', async () => {
  await sixHours();
  const controller = new AbortController();
  const seen: ReplayedMoment[] = [];
  const figures = await ask(
    { days: 1, checks: ['data.sync_records.lag'] },
    {
      signal: controller.signal,
      onMoment: (moment) => {
        seen.push(moment);
        if (seen.length === 20) controller.abort();
      },
    },
  );
  expect([figures.done, figures.moments, seen.length]).toEqual([20, 24, 20]);
  const { moments } = checkOf(figures, 'data.sync_records.lag').now;
  expect(Object.values(moments).reduce((sum, count) => sum + count, 0)).toBe(20);
});

test('what looks at files, processes, clocks and servers is listed, not replayed', async () => {
  const figures = await ask({ days: 1 });
  const why = new Map(figures.notReplayed.map((one) => [one.id, one.why]));
  expect([why.get('env.enabled'), why.get('source.clocks'), why.get('service.started')]).toEqual([
    'hosts',
    'server',
    'hosts',
  ]);
  const replayed = figures.checks.map(({ id }) => id);
  expect([...why.keys(), ...replayed].toSorted()).toEqual(
    stage.runbook.sections.flatMap(({ checks }) => checks.map(({ id }) => id)).toSorted(),
  );
  // Empty tables say nothing of any moment.
  for (const { now } of figures.checks) expect(Object.keys(now.moments)).toEqual(['UNKNOWN']);
});
