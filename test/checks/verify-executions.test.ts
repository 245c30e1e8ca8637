import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { CheckResult } from '../../src/domain/check-run.js';
import { ENTRY, EXIT, insertOrder, type OrderRow } from './support/orders.js';
import { createStage, resultOf, type Stage, type StageRun, secondsAgo } from './support/verify-stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
});
afterAll(() => stage.close());
beforeEach(async () => {
  await stage.database.pool.query('TRUNCATE agent_order_executions, risk_gate_decisions');
  await stage.writeHost('live-1', {});
});

const orders = (...rows: OrderRow[]) => Promise.all(rows.map((row) => insertOrder(stage.database.pool, row)));

async function check(id: string, options: StageRun = {}): Promise<CheckResult> {
  return resultOf(await stage.run('verify', { ...options, only: [id] }), id);
}

const recent = secondsAgo(60);
const inBaseline = secondsAgo(45 * 60);

describe('exec.activity', () => {
  test('counts entries and exits of the window beside those of the baseline', async () => {
    await orders(
      { at: secondsAgo(600) },
      { at: recent },
      { at: secondsAgo(30), metadata: EXIT },
      { at: inBaseline },
      { at: secondsAgo(50 * 60), metadata: EXIT },
    );
    const result = await check('exec.activity');
    expect(result.outcome).toBe('PASS');
    expect(result.observed).toMatchObject([
      { entry_cnt: 2, exit_cnt: 1, window_secs: 1800, baseline_entry_cnt: 1, baseline_exit_cnt: 1 },
    ]);
    expect(result.says[0]?.en).toContain('2 entries, 1 exits in 1,800 s');
  });

  test('says how likely the silence is at the rate of the baseline', async () => {
    await orders({ at: inBaseline }, { at: inBaseline });
    const result = await check('exec.activity');
    expect(result.outcome).toBe('INCONCLUSIVE');
    expect(result.observed[0]?.['silence_probability']).toBeCloseTo(Math.exp(-2), 10);
    expect(result.says[0]?.en).toContain('probability of such a silence at that rate: 13.5 %');
  });

  test('is inconclusive without a single row anywhere', async () => {
    const result = await check('exec.activity');
    expect(result.outcome).toBe('INCONCLUSIVE');
    expect(result.says[0]?.en).toContain('at that rate: —');
  });

  test('a silence after thousands of entries has no probability worth a number, and no error', async () => {
    await stage.database.pool.query(
      `INSERT INTO agent_order_executions (agent_id, intent_id, metadata, executed_at, dry_run, status)
       SELECT 'crypto_lob_ml', gen_random_uuid(), $1, $2, FALSE, 'Filled' FROM generate_series(1, 2000)`,
      [ENTRY, inBaseline],
    );
    const result = await check('exec.activity');
    expect(result.outcome).toBe('INCONCLUSIVE');
    expect(result.observed[0]?.['silence_probability']).toBeLessThan(1e-300);
    expect(result.says[0]?.en).toContain('at that rate: < 0.1 %');
  });

  test('fails when the strategy has run away', async () => {
    await stage.database.pool.query(
      `INSERT INTO agent_order_executions (agent_id, intent_id, metadata, executed_at, dry_run, status)
       SELECT 'crypto_lob_ml', gen_random_uuid(), $1, $2, FALSE, 'Filled' FROM generate_series(1, 1801)`,
      [ENTRY, recent],
    );
    expect((await check('exec.activity')).outcome).toBe('FAIL');
  });

  test('warns of a rate far from the baseline’s, unless chance explains it', async () => {
    await orders(...Array.from({ length: 30 }, () => ({ at: recent })), { at: inBaseline });
    expect((await check('exec.activity')).outcome).toBe('WARN');
    await stage.database.pool.query('TRUNCATE agent_order_executions');
    await orders({ at: recent });
    expect((await check('exec.activity')).outcome).toBe('PASS');
  });
});

describe('what decided in the window before stands beside what decides', () => {
  const earlier = (metadata: object) => ({ at: inBaseline, metadata: { ...ENTRY, ...metadata } });

  test.each([
    [
      'exec.model_type',
      { model_type: 'lightgbm' },
      'lightgbm 2, onnx 1',
      'onnx 1 (baseline lightgbm 2, onnx 1)',
    ],
    ['exec.model_version', { model_version: 'v1' }, 'v1 2, v2 1', 'v2 1 (baseline v1 2, v2 1)'],
    [
      'exec.blend_weights',
      { p_up_blend_w_model: '0.6', p_up_blend_w_window: null },
      '0.6 / — × 2, 0.900000 / 0.100000 × 1',
      '0.900000 / 0.100000 × 1 (baseline 0.6 / — × 2, 0.900000 / 0.100000 × 1)',
    ],
  ])('%s', async (id, other, baseline, says) => {
    await orders({ at: recent }, earlier(other), earlier(other), earlier({}), {
      at: inBaseline,
      metadata: EXIT,
    });
    const result = await check(id);
    expect(result.observed).toMatchObject([{ baseline }]);
    expect(result.says[0]?.en).toBe(says);
  });
});

describe('exec.model_type', () => {
  test('passes when every entry is onnx', async () => {
    await orders({ at: recent }, { at: recent, metadata: { ...EXIT, model_type: 'gone' } });
    expect((await check('exec.model_type')).outcome).toBe('PASS');
  });

  test('names the count and up to three orders of another type, and of none', async () => {
    const { model_type: _, ...without } = ENTRY;
    const wrong = [1, 2, 3, 4].map((n) => ({
      at: recent,
      orderId: `ord-${n}`,
      metadata: { ...ENTRY, model_type: 'lightgbm' },
    }));
    await orders({ at: recent }, ...wrong, { at: recent, orderId: 'ord-none', metadata: without });
    const result = await check('exec.model_type');
    expect(result.outcome).toBe('FAIL');
    expect(result.says.map(({ en }) => en)).toEqual([
      expect.stringMatching(
        /^4 entries with `lightgbm`, expected `onnx` \(baseline —\): orders (ord-\d(, )?){3}\.$/,
      ),
      '1 entries with `missing`, expected `onnx` (baseline —): orders ord-none.',
    ]);
  });

  test('no entry at all is no pass', async () => {
    await orders({ at: recent, metadata: EXIT });
    expect((await check('exec.model_type')).outcome).toBe('INCONCLUSIVE');
  });
});

describe('exec.model_version', () => {
  test('passes when the orders carry the version of the environment file', async () => {
    await orders({ at: recent });
    expect((await check('exec.model_version')).outcome).toBe('PASS');
  });

  test('fails when the orders still carry the version before', async () => {
    await stage.writeHost('live-1', { environment: { MODEL_VERSION: 'v3' } });
    await orders({ at: recent, orderId: 'ord-7' });
    const result = await check('exec.model_version');
    expect(result.outcome).toBe('FAIL');
    expect(result.says[0]?.en).toBe('1 entries with `v2`, expected `v3` (baseline —): orders ord-7.');
    expect(result.says[0]?.['zh-CN']).toContain('应为 `v3`');
  });

  test.each(['exec.model_version', 'exec.blend_weights'])(
    '%s is an error, by name, where a layer is no text or missing',
    async (id) => {
      const file = join(stage.folder, 'live-1.env');
      await appendFile(file, Buffer.from('X=\u00ff\n', 'latin1'));
      await orders({ at: recent });
      const values = [`live-1: ${file}`];
      const unclear = { outcome: 'ERROR', reason: { code: 'environment_unclear', facts: { values } } };
      expect(await check(id)).toMatchObject(unclear);
      await rm(file);
      expect(await check(id)).toMatchObject(unclear);
    },
  );

  test('is an error, by name, where the hosts do not agree on a version', async () => {
    await stage.writeHost('live-2', { environment: { MODEL_VERSION: 'v1' } });
    await orders({ at: recent });
    const result = await check('exec.model_version', { hosts: ['live-1', 'live-2'] });
    expect(result.outcome).toBe('ERROR');
    expect(result.reason).toEqual({
      code: 'environment_unclear',
      facts: { variable: 'MODEL_VERSION', values: ['live-1: v2', 'live-2: v1'] },
    });
  });
});

describe('exec.blend_weights', () => {
  const weights = (w_model: unknown, w_window: unknown) => ({
    at: recent,
    metadata: { ...ENTRY, p_up_blend_w_model: w_model, p_up_blend_w_window: w_window },
  });

  test('compares numbers, however they are written', async () => {
    await orders(
      weights('0.9', '0.1'),
      weights('0.90', '0.10'),
      weights('0.900000', '0.100000'),
      weights(0.9, 0.1),
      weights(' 9e-1 ', '+.1'),
      weights('0.905', '0.095'),
    );
    const result = await check('exec.blend_weights');
    expect(result.outcome).toBe('PASS');
    expect(result.observed).toHaveLength(5);
  });

  test('lets the model’s weight alone decide where the window’s is left out', async () => {
    const { p_up_blend_w_window: _, ...later } = ENTRY;
    await orders({ at: recent, metadata: later }, weights('0.9', null));
    expect((await check('exec.blend_weights')).outcome).toBe('PASS');
  });

  test('expects what the environment file configures', async () => {
    await stage.writeHost('live-1', { environment: { WINDOW_FALLBACK_WEIGHT: '0.25' } });
    await orders(weights('0.75', '0.25'));
    expect((await check('exec.blend_weights')).outcome).toBe('PASS');
    await orders(weights('0.9', '0.1'));
    const result = await check('exec.blend_weights');
    expect(result.outcome).toBe('FAIL');
    expect(result.says[0]?.en).toContain('1 entries with 0.9 / 0.1 (model / window), expected 0.75 / 0.25 ±');
  });

  test.each([
    ['outside the tolerance', '0.894', '0.1'],
    ['the window’s alone is wrong', '0.9', '0.4'],
    ['no number', 'abc', '0.1'],
    ['the window’s is no number', '0.9', 'abc'],
    ['NaN', 'NaN', '0.1'],
    ['infinite', 'Infinity', '0.1'],
    ['beyond every double', '1e999', '0.1'],
    ['four hundred digits', '9'.repeat(400), '0.1'],
    ['an object', { weight: 0.9 }, '0.1'],
    ['missing', null, '0.1'],
    ['empty', '', '0.1'],
  ])('fails, without an exception: %s', async (_name, model, window) => {
    await orders({ at: recent }, weights(model, window));
    expect((await check('exec.blend_weights')).outcome).toBe('FAIL');
  });
});

describe('exec.metadata_complete', () => {
  test('passes when every entry has every key field', async () => {
    const { p_up_blend_w_window: _, ...later } = ENTRY;
    await orders({ at: recent }, { at: recent, metadata: later }, { at: recent, metadata: EXIT });
    const result = await check('exec.metadata_complete');
    expect(result.outcome).toBe('PASS');
    expect(result.observed).toMatchObject([{ missing: '', cnt: 2 }]);
  });

  test('names the fields that are missing', async () => {
    const { model_type: _type, p_up_blend_w_model: _weight, ...rest } = ENTRY;
    await orders(
      { at: recent },
      { at: recent, orderId: 'ord-9', metadata: { ...rest, model_version: '  ' } },
    );
    const result = await check('exec.metadata_complete');
    expect(result.outcome).toBe('FAIL');
    expect(result.says[0]?.en).toBe(
      '1 orders without model_type, model_version, p_up_blend_w_model, expected in every entry: orders ord-9.',
    );
  });

  test.each([
    ['NULL', null],
    ['a text', 'crypto_lob_ml_entry'],
    ['a number', 7],
    ['a list', ['signal_type', 'crypto_lob_ml_entry']],
    ['without keys', {}],
  ])('metadata that is %s is an outcome of every check, not an exception', async (_name, metadata) => {
    await orders({ at: recent }, { at: recent, metadata });
    const run = await stage.run('verify');
    const outcomes = Object.fromEntries(run.checks.map(({ id, outcome }) => [id, outcome]));
    expect(outcomes).toMatchObject({
      'exec.activity': 'PASS',
      'exec.model_type': 'PASS',
      'exec.model_version': 'PASS',
      'exec.blend_weights': 'PASS',
      'exec.metadata_complete': 'FAIL',
    });
  });
});

describe('whose orders count', () => {
  test('only this agent’s, and only the target’s account where it names one', async () => {
    const wrong = { ...ENTRY, model_type: 'lightgbm' };
    await orders(
      { at: recent, accountId: 'acct-live' },
      { at: recent, accountId: 'acct-dryrun', metadata: wrong },
      { at: recent, agentId: 'crypto_momentum', metadata: wrong },
    );
    expect((await check('exec.model_type', { accountId: 'acct-live' })).outcome).toBe('PASS');
    expect((await check('exec.model_type')).observed).toMatchObject([
      { model_type: 'lightgbm', cnt: 1 },
      { model_type: 'onnx', cnt: 1 },
    ]);
  });
});

describe('only rows of this target', () => {
  test('dry-run orders are none of a live target, and are named', async () => {
    await orders(...Array.from({ length: 95 }, () => ({ at: recent, dryRun: true })));
    expect((await check('exec.activity')).outcome).toBe('INCONCLUSIVE');
    const result = await check('exec.other_orders', { accountId: 'acct-live' });
    expect(result.outcome).toBe('INCONCLUSIVE');
    expect(result.says[0]?.en).toContain('95 orders of the account acct-live, dry_run true');
  });

  test('an account that no target names is named and no pass, also for a target without one', async () => {
    await orders({ at: recent }, { at: recent, accountId: 'acct-other' });
    for (const options of [{ accountId: 'acct-live' }, {}]) {
      const result = await check('exec.other_orders', options);
      expect(result.outcome).toBe('FAIL');
      expect(result.says.map(({ en }) => en).join()).toContain('of the account acct-other, dry_run false');
    }
  });

  test('those of another target of the file are no surprise', async () => {
    await orders({ at: recent }, { at: recent, dryRun: true });
    const other = { accountId: 'acct-live', dryRun: true };
    expect((await check('exec.other_orders', { accountId: 'acct-live', others: [other] })).outcome).toBe(
      'PASS',
    );
  });
});

describe('orders that the window of the other checks leaves out', () => {
  const own = { accountId: 'acct-live' };

  test('one that was written in the window with an old time stamp is named and no pass', async () => {
    await orders({ at: inBaseline });
    await orders({ at: recent });
    await orders({ at: secondsAgo(3 * 3600), orderId: 'old' });
    await orders({ at: secondsAgo(20) });
    const result = await check('exec.other_orders', own);
    expect(result.outcome).toBe('INCONCLUSIVE');
    expect(result.says.map(({ en }) => en)).toEqual([
      expect.stringMatching(
        /^1 orders of the account acct-live, dry_run false, were written in the window and dated before/,
      ),
    ]);
  });

  test('so is one of the first after a pause, and before any that is dated right', async () => {
    await orders({ at: secondsAgo(40 * 60) });
    await orders({ at: secondsAgo(24 * 3600) });
    await orders({ at: recent });
    expect((await check('exec.other_orders', own)).outcome).toBe('INCONCLUSIVE');
  });

  test.each(['CRYPTO_LOB_ML', ' crypto_lob_ml', 'crypto-lob-ml', 'crypto_lob_ml\t', 'Crypto Lob ML'])(
    'the agent %j is named',
    async (agentId) => {
      await orders({ at: recent }, { at: recent, agentId });
      const result = await check('exec.other_orders', own);
      expect(result.outcome).toBe('FAIL');
      expect(result.says[0]?.en).toMatch(/^1 orders of the agent `.+` .* nearly this one/);
    },
  );
});

describe('exec.signal_types', () => {
  const kind = (signal_type: string | null, isBuy: boolean | null) => ({
    at: recent,
    orderId: 'ord-1',
    isBuy,
    metadata: { ...ENTRY, signal_type },
  });

  test.each([
    ['crypto_lob_window_entry', true, 'FAIL'],
    [' crypto_lob_ml_entry', true, 'FAIL'],
    ['CRYPTO_LOB_ML_ENTRY', true, 'FAIL'],
    ['', true, 'FAIL'],
    [null, true, 'FAIL'],
    ['crypto_lob_window_exit', false, 'INCONCLUSIVE'],
    ['crypto_lob_window_entry', null, 'INCONCLUSIVE'],
    ['crypto_lob_ml_entry', true, 'PASS'],
  ])('%j that opens: %s', async (word, isBuy, outcome) => {
    await orders({ at: recent }, kind(word, isBuy));
    const result = await check('exec.signal_types');
    expect(result.outcome).toBe(outcome);
    if (outcome !== 'PASS') expect(result.says[0]?.en).toMatch(/^1 orders of the kind `.+ord-1\.$/);
  });
});

describe('the status of an order', () => {
  test.each([
    ['Filled', 'PASS'],
    ['PartiallyFilled', 'PASS'],
    ['PARTIALLY_FILLED', 'PASS'],
    ['Submitted', 'PASS'],
    ['Cancelled', 'PASS'],
    ['Failed', 'INCONCLUSIVE'],
    ['rejected', 'INCONCLUSIVE'],
    ['Teleported', 'INCONCLUSIVE'],
    [null, 'INCONCLUSIVE'],
  ])('%s', async (status, outcome) => {
    await orders({ at: recent, status });
    expect((await check('exec.activity')).outcome).toBe(outcome);
  });

  test('the share of those that failed is shown', async () => {
    await orders({ at: recent }, { at: recent, status: 'Failed' }, { at: recent, status: 'Rejected' });
    const result = await check('exec.activity');
    expect(result.outcome).toBe('PASS');
    expect(result.says[0]?.en).toContain('66.7 % of the orders failed');
  });
});

test('a weight that PostgreSQL takes for no number is wrong by itself, and blinds no other check', async () => {
  await orders({ at: recent }, { at: recent, metadata: { ...ENTRY, p_up_blend_w_model: '0.9\u3000' } });
  const run = await stage.run('verify');
  const outcomes = Object.fromEntries(run.checks.map(({ id, outcome }) => [id, outcome]));
  expect(outcomes).toMatchObject({
    'exec.blend_weights': 'FAIL',
    'exec.model_type': 'PASS',
    'exec.activity': 'PASS',
  });
});
