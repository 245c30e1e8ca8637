import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { ENTRY, insertDecisions, insertOrder } from './support/orders.js';
import { createStage, resultOf, type Stage } from './support/verify-stage.js';

/** Here the trading database's clock is the real one, and the bot's is what a test makes of it. */
const ago = (seconds: number): Date => new Date(Date.now() - seconds * 1000);
const WRONG = { ...ENTRY, model_type: 'lightgbm' };

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
});
afterAll(() => stage.close());
beforeEach(async () => {
  await stage.database.pool.query('TRUNCATE agent_order_executions, risk_gate_decisions');
  await stage.writeHost('live-1', { status: { ActiveEnterTimestamp: ago(7200).toISOString() } });
});

const verify = (botAheadSecs: number, only?: readonly string[]) =>
  stage.run('verify', { now: () => ago(-botAheadSecs), asOf: undefined, ...(only && { only }) });

test.each([
  ['right', 0],
  ['ten minutes slow', -600],
  ['ten minutes fast', 600],
])('entries of a wrong model in the last minutes fail with the bot’s clock %s', async (_what, ahead) => {
  for (let minute = 10; minute < 30; minute += 1)
    await insertOrder(stage.database.pool, { at: ago(60 * minute) });
  for (let order = 1; order <= 13; order += 1)
    await insertOrder(stage.database.pool, { at: ago(30 * order), metadata: WRONG });
  await insertDecisions(stage.database.pool, 40, { at: ago(1700) });
  const run = await verify(ahead);
  expect(resultOf(run, 'exec.model_type').outcome).toBe('FAIL');
  expect(resultOf(run, 'exec.model_type').says[0]?.en).toContain('13 entries with `lightgbm`');
  const { window } = resultOf(run, 'exec.model_type').evidence;
  expect(Math.abs(Date.parse(window?.to ?? '') - Date.now())).toBeLessThan(60_000);
  expect(run.verdict).toBe('NO_GO');
});

test.each([-600, 600])(
  'an old entry is no present one where the bot’s clock is %s s ahead',
  async (ahead) => {
    await insertOrder(stage.database.pool, { at: ago(32 * 60) });
    expect(resultOf(await verify(ahead, ['exec.activity']), 'exec.activity').outcome).toBe('INCONCLUSIVE');
  },
);

test.each([0, -600, 600])(
  'what is stamped a minute ahead fails by name, the bot %s s ahead',
  async (ahead) => {
    const { pool } = stage.database;
    await insertOrder(pool, { at: ago(300) });
    await insertOrder(pool, { at: ago(-60), orderId: 'ord-ahead', metadata: WRONG });
    await insertDecisions(pool, 3, { at: ago(-60) });
    const run = await verify(ahead);
    const says = (id: string) => [resultOf(run, id).outcome, resultOf(run, id).says[0]?.en];
    expect(says('exec.activity')).toEqual([
      'FAIL',
      expect.stringMatching(/^1 orders from the future \(ord-ahead\)/),
    ]);
    expect(says('risk.decisions')).toEqual(['FAIL', expect.stringMatching(/^3 decisions from the future/)]);
  },
);

test('a row that came while the run was under way is none from the future', async () => {
  const { pool } = stage.database;
  await insertOrder(pool, { at: ago(300) });
  // The run began a minute ago, and its statements run now.
  await insertOrder(pool, { at: ago(0) });
  const run = await stage.run('verify', {
    now: () => ago(60),
    asOf: async () => ago(60),
    only: ['exec.activity'],
  });
  expect(resultOf(run, 'exec.activity').observed).toMatchObject([{ entry_cnt: 1, rows_future: 0 }]);
});
