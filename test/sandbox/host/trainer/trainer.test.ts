import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTradingSchema, seedTradingDatabase } from '../../../../sandbox/host/trading-data/seed.js';
import { upsertSettlements } from '../../../../sandbox/host/trading-data/settlements.js';
import { TRADED_SYMBOLS } from '../../../../sandbox/host/trading-data/strategy.js';
import { insertSyncRecords } from '../../../../sandbox/host/trading-data/sync-records.js';
import { readSamples, type Sample, splitSamples } from '../../../../sandbox/host/trainer/dataset.js';
import { fitLogistic, predict } from '../../../../sandbox/host/trainer/logistic-regression.js';
import { areaUnderCurve, measure } from '../../../../sandbox/host/trainer/metrics.js';
import { createEmptyDatabase, type TestDatabase } from '../../../support/database.js';

const NOW = new Date('2026-01-15T12:00:00Z');
/** Reaches back to that time, whenever the test runs. */
const LOOKBACK_HOURS = 1_000_000;

describe('on the sandbox’s own data', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createEmptyDatabase();
    await seedTradingDatabase(database.pool, { now: NOW });
  });
  afterAll(() => database.drop());

  test.each([
    ['5m', 40],
    ['15m', 8],
  ])('%s: learns what the held-out markets confirm', async (horizon, least) => {
    const samples = await readSamples(database.pool, { horizon, lookbackHours: LOOKBACK_HOURS });
    expect(new Set(samples.map(({ market }) => market)).size).toBeGreaterThanOrEqual(least);
    expect(
      samples.every(({ market, inputs }) => market.includes(`-${horizon}-`) && inputs.every(Number.isFinite)),
    ).toBe(true);
    const { training, heldOut } = splitSamples(samples);
    const markets = new Set(training.map(({ market }) => market));
    expect(heldOut.length).toBeGreaterThan(0);
    expect(heldOut.some(({ market }) => markets.has(market))).toBe(false);
    for (const side of [training, heldOut]) {
      expect(new Set(side.map(({ market }) => market.split('-')[0])).size).toBe(4);
    }
    const epochs = [...fitLogistic(training, { epochs: 60 })];
    const [first, last] = [epochs[0], epochs.at(-1)];
    if (first === undefined || last === undefined) throw new Error('there is no epoch');
    expect(last.loss).toBeLessThan(first.loss);
    const metrics = measure(
      heldOut.map(({ inputs, wentUp }) => ({ probability: predict(last.model, inputs), wentUp })),
    );
    // Three held-out markets of 15m say little about a model.
    if (horizon === '5m') expect(metrics.auc).toBeGreaterThan(0.6);
  });
});

describe('at any hour of the simulated market', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createEmptyDatabase();
    await createTradingSchema(database.pool);
  });
  afterAll(() => database.drop());

  test.each([1, 2, 3, 4, 5, 6])('a 5m model learns from one hour of the feed: %i', async (time) => {
    await database.pool.query('TRUNCATE sync_records, pm_token_settlements');
    const to = new Date(NOW.getTime() - time * 97 * 60_000);
    const from = new Date(to.getTime() - 3_600_000);
    await insertSyncRecords(database.pool, { from, to, everySecs: 5, symbols: TRADED_SYMBOLS });
    await upsertSettlements(database.pool, { from, to, now: to });
    const { training, heldOut } = splitSamples(
      await readSamples(database.pool, { horizon: '5m', lookbackHours: LOOKBACK_HOURS }),
    );
    const model = [...fitLogistic(training, { epochs: 60 })].at(-1)?.model;
    if (model === undefined) throw new Error('there is no model');
    const { auc, brier } = measure(
      heldOut.map(({ inputs, wentUp }) => ({ probability: predict(model, inputs), wentUp })),
    );
    // Not worse than what the simulated hosts run.
    expect(auc).toBeGreaterThan(0.583);
    expect(brier).toBeLessThan(0.25);
  });
});

test('a model of inputs as they are equals the one of standardised inputs', () => {
  const samples: Sample[] = Array.from({ length: 40 }, (_, index) => ({
    market: `m${index}`,
    at: new Date(0),
    inputs: [1_000 + index, 7],
    wentUp: index >= 20,
  }));
  const last = [...fitLogistic(samples, { epochs: 200 })].at(-1);
  if (last === undefined) throw new Error('there is no epoch');
  expect(predict(last.model, [1_000, 7])).toBeLessThan(0.2);
  expect(predict(last.model, [1_039, 7])).toBeGreaterThan(0.8);
});

describe('metrics', () => {
  test('of a model that is always right and sure', () => {
    const metrics = measure([
      { probability: 1, wentUp: true },
      { probability: 0, wentUp: false },
    ]);
    expect(metrics).toEqual({ 'acc_at_0.5': 1, brier: 0, log_loss: 0, auc: 1 });
  });

  test('of a model that says a half to everything', () => {
    const metrics = measure([
      { probability: 0.5, wentUp: true },
      { probability: 0.5, wentUp: false },
    ]);
    expect(metrics).toEqual({ 'acc_at_0.5': 0.5, brier: 0.25, log_loss: 0.6931, auc: 0.5 });
  });

  test('the area under the curve counts pairs in the right order', () => {
    const of = (probability: number, wentUp: boolean) => ({ probability, wentUp });
    expect(areaUnderCurve([of(0.1, false), of(0.4, true), of(0.35, false), of(0.8, true)])).toBe(1);
    expect(areaUnderCurve([of(0.1, true), of(0.4, false), of(0.35, true), of(0.8, true)])).toBeCloseTo(1 / 3);
    expect(areaUnderCurve([of(0.7, true)])).toBe(0.5);
  });
});
