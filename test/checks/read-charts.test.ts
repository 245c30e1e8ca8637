import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTradingSchema } from '../../sandbox/host/trading-data/seed.js';
import { messageFaults } from '../../sandbox/slack/block-kit/surfaces.js';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { chartOf, readCharts } from '../../src/checks/read-charts.js';
import { findPackageRoot } from '../../src/machine/package-root.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import type { Runbook } from '../../src/runbook/runbook.js';
import { createTradingDatabase, type TradingDatabase } from '../../src/trading/trading-database.js';
import { chartBlocks } from '../../views/charts.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';
import { EXIT, insertDecisions, insertOrder } from './support/orders.js';

const definition = {
  id: 'c',
  title: { en: 'Chart', 'zh-CN': '图' },
  type: 'line' as const,
  xLabel: { en: 'x', 'zh-CN': 'x' },
  yLabel: { en: 'y', 'zh-CN': 'y' },
  seriesTitles: { ETH: { en: 'ether', 'zh-CN': '以太' } },
  timeoutMs: 1000,
  kinds: ['precheck' as const],
  statement: { text: 'SELECT 1', parameters: [], functions: [] },
};
const point = (label: string, series: string, value: number | null) => ({ label, series, value });

describe('rows become figures', () => {
  test('each series with one value for each label', () => {
    const rows = [point('-1', 'BTC', 1), point('-1', 'ETH', 2), point('0', 'BTC', 3), point('0', 'ETH', 4)];
    expect(chartOf(definition, rows)).toMatchObject({
      categories: ['-1', '0'],
      series: [
        { name: 'BTC', values: [1, 3] },
        { name: 'ETH', values: [2, 4] },
      ],
    });
    const figures = chartOf(definition, rows);
    const shown = JSON.stringify(chartBlocks(figures && [figures], 'zh-CN'));
    expect(shown).toMatch(/"name":"BTC".*"name":"以太"/);
  });

  test('a series with a gap is left out, and a chart without series is none', () => {
    const rows = [
      point('-1', 'BTC', 1),
      point('0', 'BTC', 2),
      point('0', 'ETH', 4),
      point('-1', 'ETH', null),
    ];
    expect(chartOf(definition, rows)?.series.map(({ name }) => name)).toEqual(['BTC']);
    expect(chartOf(definition, [])).toBeUndefined();
    expect(chartOf(definition, [point('0', 'BTC', 1)])).toBeUndefined();
  });

  test('never more than Slack takes', () => {
    const rows = Array.from({ length: 25 }, (_, label) =>
      Array.from({ length: 8 }, (__, name) => point(`label ${label}`, `${name} is a rather long name`, 1)),
    ).flat();
    const chart = chartOf(definition, rows);
    expect(chart?.categories).toHaveLength(20);
    expect(chart?.series).toHaveLength(6);
    expect(messageFaults(chartBlocks(chart && [chart], 'en'))).toEqual([]);
  });
});

describe('the charts of the shipped runbook', () => {
  const to = new Date();
  const from = new Date(to.getTime() - 10 * 60_000);
  let database: TestDatabase;
  let trading: TradingDatabase;
  let runbook: Runbook;

  beforeAll(async () => {
    runbook = await loadRunbook(
      join(findPackageRoot(import.meta.url), 'runbooks/crypto_lob_ml/runbook.yaml'),
      PROBE_KINDS,
    );
    database = await createEmptyDatabase();
    const client = await database.pool.connect();
    try {
      await createTradingSchema(client);
    } finally {
      client.release();
    }
    await insertRows(database);
    trading = createTradingDatabase({ url: database.url, logger: { warn: () => {} } });
  });
  afterAll(async () => {
    await trading.close();
    await database.drop();
  });

  /** BTC lags by 5 s in each minute, the others by 30 s, SOL has never been seen. */
  async function insertRows({ pool }: TestDatabase): Promise<void> {
    await pool.query(
      `INSERT INTO sync_records (timestamp, symbol, bn_mid_price, bn_best_bid, bn_best_ask, bn_spread_bps, bn_obi_5,
         bn_obi_10, bn_bid_volume, bn_ask_volume)
       SELECT now() - make_interval(mins => minute, secs => lag), symbol, 1, 1, 1, 1, 0, 0, 1, 1
       FROM generate_series(0, 30) minute, (VALUES ('BTCUSDT', 5), ('ETHUSDT', 30), ('XRPUSDT', 30)) s (symbol, lag)`,
    );
    const minutesFromStart = (minutes: number) => new Date(from.getTime() + minutes * 60_000);
    for (const minutes of [-11, -9.9, -0.5, 9.5, 10])
      await insertOrder(pool, { at: minutesFromStart(minutes) });
    await insertOrder(pool, { at: minutesFromStart(0.5), metadata: EXIT });
    await insertOrder(pool, { at: minutesFromStart(1), agentId: 'another' });
    await insertDecisions(pool, 3, { at: minutesFromStart(1.5), decision: 'BLOCKED' });
    await insertDecisions(pool, 4, { at: minutesFromStart(1.5) });
  }

  const span = { from: from.toISOString(), to: to.toISOString() };
  const context = () => ({
    runbook,
    trading,
    runParameters: { agentId: runbook.agentId, accountId: null, dryRun: false },
    asOf: async () => new Date(),
    window: async () => ({ window: span, baseline: { ...span, basis: 'before_window' as const }, gaps: [] }),
  });

  test('hold twenty points a line, and a dead symbol stands at the top', async () => {
    const failures: unknown[] = [];
    const onFailure = (_id: string, error: unknown) => failures.push(error);
    const charts = await readCharts('gonogo', context(), { onFailure });
    expect(failures).toEqual([]);
    expect(charts.map(({ id }) => id)).toEqual(['sync_records_lag', 'activity']);
    for (const chart of charts) expect(chart.categories).toHaveLength(20);
    const dead = charts[0]?.series.find(({ name }) => name === 'SOLUSDT');
    expect(new Set(dead?.values)).toEqual(new Set([120]));
    const alive = charts[0]?.series.find(({ name }) => name === 'BTCUSDT');
    expect(alive?.values.every((value) => value >= 5 && value < 15)).toBe(true);
    expect(messageFaults(chartBlocks(charts, 'zh-CN'))).toEqual([]);
  });

  test('the intervals around the start hold every order once', async () => {
    const [activity] = await readCharts('verify', context(), { onFailure: () => {} });
    expect(activity?.categories.slice(9, 12)).toEqual(['-1m', '0m', '1m']);
    const drawn = Object.fromEntries(
      activity?.series.map(({ name, values }) => [name, values.join('')]) ?? [],
    );
    expect(drawn).toEqual({
      entries: '10000000010000000002',
      exits: '00000000001000000000',
      BLOCKED: '00000000000300000000',
    });
  });

  test('a window of a few seconds has a label for each interval as well', async () => {
    const seconds = { from: new Date(to.getTime() - 2_000).toISOString(), to: to.toISOString() };
    const baseline = { ...seconds, basis: 'before_window' as const };
    const short = { ...context(), window: async () => ({ window: seconds, baseline, gaps: [] }) };
    const [activity] = await readCharts('verify', short, { onFailure: () => {} });
    expect(activity?.categories).toHaveLength(20);
    expect(activity?.categories.slice(9, 12)).toEqual(['-0.2s', '0s', '0.2s']);
  });

  test('a chart that fails is left out and named', async () => {
    const failed: string[] = [];
    const refusing = { query: async () => Promise.reject(new Error('refused')) };
    const charts = await readCharts(
      'gonogo',
      { ...context(), trading: refusing },
      { onFailure: (id) => failed.push(id) },
    );
    expect(charts).toEqual([]);
    expect(failed).toEqual(['sync_records_lag', 'activity']);
  });
});
