import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTradingSchema } from '../../sandbox/host/trading-data/seed.js';
import type { CheckRun } from '../../src/domain/check-run.js';
import { createTradingDatabase, type TradingDatabase } from '../../src/trading/trading-database.js';
import { insertDecidedOrder, insertOrder } from '../checks/support/orders.js';
import { createStage, type Stage, NOW as THEN } from '../checks/support/verify-stage.js';
import { aWish, createBacktestStage } from './support/backtest-stage.js';

/** A run of then and the back-test of the same moment: the same statements, windows and rules give the same outcomes. */

let stage: Stage;
let trading: TradingDatabase;
beforeAll(async () => {
  stage = await createStage();
  await createTradingSchema(stage.database.pool);
  trading = createTradingDatabase({ url: stage.database.url, logger: { warn: () => {} } });
});
afterAll(async () => {
  await trading.close();
  await stage.close();
});

test('a stored run is asked again at its own moment; an outcome that is another one now is named', async () => {
  const minutesBefore = (minutes: number) => new Date(THEN.getTime() - minutes * 60_000);
  await insertOrder(stage.database.pool, { at: minutesBefore(600), orderId: 'the oldest' });
  await stage.database.pool.query(
    `INSERT INTO risk_gate_decisions (account_id, decided_at, intent_id, agent_id, decision)
     VALUES ('acct-live', $1, gen_random_uuid(), 'crypto_lob_ml', 'PASSED')`,
    [minutesBefore(599)],
  );
  for (let minute = 1; minute < 30; minute += 1)
    await insertDecidedOrder(stage.database.pool, { at: minutesBefore(minute) });
  await stage.writeHost('live-1', {});
  const only = ['exec.activity', 'exec.model_version', 'risk.decisions', 'risk.correspondence'];
  const run = await stage.run('verify', { only, accountId: 'acct-live' });
  expect(run.checks.map(({ outcome }) => outcome)).toEqual(['PASS', 'PASS', 'PASS', 'PASS']);

  const askAgain = async (stored: Pick<CheckRun, 'runId' | 'runbookSha256' | 'checks'>) => {
    const backtest = await createBacktestStage({
      trading,
      asOf: THEN,
      storedRuns: { count: async () => 3, ids: async () => [stored.runId], get: async () => stored },
    });
    const wish = aWish({ days: 1, checks: only });
    const figures = await backtest.backtester.run(backtest.target, wish, {
      signal: new AbortController().signal,
    });
    await backtest.remove();
    return figures.stored;
  };
  const same = await askAgain({ ...run, runbookSha256: 'another' });
  expect(same).toEqual({ runs: 1, of: 3, compared: 4, unknown: 0, differing: 0, differences: [] });

  // What was written late: an order of that window that nobody had seen then.
  await insertOrder(stage.database.pool, { at: minutesBefore(5), orderId: 'late' });
  const other = await askAgain(run);
  expect(other.differing).toBe(1);
  expect(other.differences).toEqual([
    {
      runId: run.runId,
      at: THEN.toISOString(),
      check: 'risk.correspondence',
      stored: 'PASS',
      replayed: 'FAIL',
      otherRunbook: false,
    },
  ]);
});
