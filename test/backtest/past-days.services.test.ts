import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pastIncidents, removePastDays, writePastDays } from '../../sandbox/host/trading-data/past-days.js';
import { seededStrategy, seedTradingDatabase } from '../../sandbox/host/trading-data/seed.js';
import { FIRST_MODEL_VERSION } from '../../sandbox/host/trading-data/strategy.js';
import type { BacktestFigures, ReplayOutcome } from '../../src/domain/backtest.js';
import { createTradingDatabase, type TradingDatabase } from '../../src/trading/trading-database.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';
import { aWish, type BacktestStage, createBacktestStage } from './support/backtest-stage.js';

/** The month of the sandbox, as the shipped runbook sees it hour by hour: its four incidents, and nothing else. */

const NOW = new Date();
let database: TestDatabase;
let trading: TradingDatabase;
let stage: BacktestStage;
let figures: BacktestFigures;
let present: Awaited<ReturnType<typeof writePastDays>>;

beforeAll(async () => {
  database = await createEmptyDatabase();
  await seedTradingDatabase(database.pool, { now: NOW });
  const client = await database.pool.connect();
  const strategy = seededStrategy(FIRST_MODEL_VERSION, 'live-1');
  present = await writePastDays(client, { now: NOW, strategy });
  client.release();
  trading = createTradingDatabase({ url: database.url, logger: { warn: () => {} } });
  stage = await createBacktestStage({
    trading,
    asOf: NOW,
    environment: { MODEL_VERSION: FIRST_MODEL_VERSION },
    others: [{ accountId: 'acct-dryrun', dryRun: true }],
  });
  figures = await stage.backtester.run(stage.target, aWish({ days: 30 }), {
    signal: new AbortController().signal,
  });
}, 400_000);
afterAll(async () => {
  await stage.remove();
  await trading.close();
  await database.drop();
});

/** `check day` of every outcome of a kind. */
const found = (...outcomes: readonly ReplayOutcome[]): readonly string[] =>
  figures.checks.flatMap(({ id, days }) =>
    days.flatMap(({ day, now }) =>
      outcomes.some((outcome) => (now.moments[outcome] ?? 0) > 0) ? [`${id} ${day}`] : [],
    ),
  );
const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

test('each known incident is found on its day, and no other failure', () => {
  const { deadSymbol, blockStorm, wrongWeights } = pastIncidents(NOW);
  expect(found('FAIL').toSorted()).toEqual(
    [
      `data.sync_records.lag ${dayOf(deadSymbol.from)}`,
      `data.sync_records.behind ${dayOf(deadSymbol.from)}`,
      `data.sync_records.rows_5m ${dayOf(deadSymbol.from)}`,
      `risk.blocked_share ${dayOf(blockStorm.from)}`,
      `exec.blend_weights ${dayOf(wrongWeights.from)}`,
    ].toSorted(),
  );
});

test('a weekend without entries is no pass, and what is not judged otherwise belongs to an incident', () => {
  const { deadSymbol, blockStorm, noEntries, wrongWeights } = pastIncidents(NOW);
  const saturday = dayOf(noEntries.from);
  const sunday = dayOf(new Date(noEntries.to.getTime() - 1));
  const silent = found('INCONCLUSIVE').filter((one) => one.startsWith('exec.activity'));
  expect(silent).toEqual(expect.arrayContaining([`exec.activity ${saturday}`, `exec.activity ${sunday}`]));
  const known = [deadSymbol, blockStorm, wrongWeights].map(({ from }) => dayOf(from));
  const after = dayOf(noEntries.to);
  const elsewhere = found('INCONCLUSIVE', 'ERROR').filter(
    (one) => ![...known, saturday, sunday, after].some((day) => one.endsWith(day)),
  );
  expect(elsewhere).toEqual([]);
  // A comparison at the significance of 0.01 warns by chance.
  const warned = new Set(found('WARN').map((one) => one.split(' ')[0]));
  expect([...warned]).toEqual(['risk.blocked_share']);
});

test('the whole month is known', () => {
  expect(found('UNKNOWN')).toEqual([]);
  expect(figures.moments).toBe(720);
});

test('no run of now sees the past, and it can be taken away again', async () => {
  const { rows } = await database.pool.query(
    `SELECT COUNT(*)::int AS count FROM agent_order_executions a JOIN agent_order_executions b ON b.id = a.id + 1
     WHERE b.executed_at < a.executed_at - interval '1 minute'`,
  );
  expect(rows).toEqual([{ count: 0 }]);
  await removePastDays(database.pool, present);
  const left = await database.pool.query('SELECT MIN(executed_at) AS at FROM agent_order_executions');
  expect(left.rows[0].at.getTime()).toBeGreaterThanOrEqual(present.orders.getTime());
});
