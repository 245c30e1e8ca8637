import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { execa } from 'execa';
import { type BadModel, encodeBadModel, encodeLogisticModel } from '../../sandbox/host/model.js';
import { sha256Of } from '../../src/machine/sha256.js';
import { gateModel } from '../../src/model/gate-model.js';
import { createModelGate, type ModelCandidate } from '../../src/model/model-gate.js';
import {
  DEFAULT_TRIAL_LIMITS,
  TRIAL_ENVIRONMENT,
  type TrialLimits,
  tryModel,
} from '../../src/model/try-model.js';
import {
  encodeEndlessModel,
  encodeExternalModel,
  encodeHungryModel,
  encodeLargeModel,
  encodeTwoOutputModel,
  encodeUnboundedModel,
} from './odd-models.js';

const NOW = new Date('2026-03-01T12:00:00Z');
const FEATURES = ['bn_obi_5', 'bn_obi_10', 'bn_momentum'];
const GOOD = { weights: [0.9, -0.4, 1.5], bias: 0.1 };
const TYPICAL = [
  { bn_obi_5: 0.2, bn_obi_10: '0.1', bn_momentum: -0.4 },
  { bn_obi_5: -0.3, bn_obi_10: '0.4', bn_momentum: 0.2 },
];

const meta = (changes: Record<string, unknown> = {}): string =>
  JSON.stringify({
    version: 'v2',
    horizon: '5m',
    input_dim: 3,
    features: FEATURES,
    metrics: { 'acc_at_0.5': 0.56, brier: 0.24, log_loss: 0.67, auc: 0.58 },
    trained_to: '2026-03-01T06:00:00Z',
    ...changes,
  });

const candidate = (bytes: Buffer, changes: Partial<ModelCandidate> = {}): ModelCandidate => ({
  sha256: sha256Of(bytes),
  bytes: async () => bytes,
  meta: meta(),
  typicalRows: async () => TYPICAL,
  ...changes,
});

const gateWith = (limits: Partial<TrialLimits> = {}) =>
  createModelGate({ now: () => NOW, limits: { ...DEFAULT_TRIAL_LIMITS, ...limits } });

describe('a good model', () => {
  test('is fit, and what was measured is told', async () => {
    const finding = await gateWith().judge(candidate(encodeLogisticModel(GOOD)));
    expect(finding).toMatchObject({
      fault: '',
      input_dim: 3,
      output_dim: 1,
      typical_rows: 2,
      not_finite: 0,
      has_meta: true,
      data_age_hours: 6,
      compared: false,
      metric_loss: 0,
    });
  });

  test('of 40 MB is no different', async () => {
    const bytes = encodeLargeModel(3);
    expect(bytes.length).toBeGreaterThan(40_000_000);
    const finding = await gateWith({ timeoutMs: 25_000, cpuSecs: 20 }).judge(candidate(bytes));
    expect(finding).toMatchObject({ fault: '', input_dim: 3, output_dim: 1 });
  });

  test.each(['float32', 'float16'] as const)('may have two outputs, the second of %s', async (precision) => {
    const finding = await gateWith().judge(candidate(encodeTwoOutputModel(3, 'good', precision)));
    // Two for each of the inputs.
    expect(finding).toMatchObject({ fault: '', output_dim: 1, tried_inputs: 8, values: 16 });
  });

  test('without meta.json is tried all the same, and its age is unknown', async () => {
    const finding = await gateWith().judge(candidate(encodeLogisticModel(GOOD), { meta: undefined }));
    expect(finding).toMatchObject({ fault: '', has_meta: false, data_age_hours: -1, typical_rows: 0 });
  });

  test.each([
    [
      'worse',
      { 'acc_at_0.5': 0.6, brier: 0.24, auc: 0.58 },
      '5m',
      { compared: true, worst_metric: 'accuracy', metric_loss: 0.04, comparison_missing: false },
    ],
    [
      'of a lower Brier score',
      { brier: 0.2 },
      '5m',
      { compared: true, worst_metric: 'brier', metric_loss: 0.04 },
    ],
    [
      'of another horizon',
      { 'acc_at_0.5': 0.9 },
      '15m',
      { compared: false, metric_loss: 0, comparison_missing: true },
    ],
    ['without metrics', {}, '5m', { compared: false, comparison_missing: true }],
  ])('is compared with the running one: %s', async (_name, metrics, horizon, expected) => {
    const runningMeta = meta({ metrics, horizon });
    const finding = await gateWith().judge(
      candidate(encodeLogisticModel(GOOD), { isReplacing: true, runningMeta }),
    );
    expect(finding).toMatchObject({ fault: '', ...expected });
  });

  test('that replaces one without a meta.json could not be compared; one that replaces none need not be', async () => {
    const judge = (changes: Partial<ModelCandidate>) =>
      gateWith().judge(candidate(encodeLogisticModel(GOOD), changes));
    expect(await judge({ isReplacing: true })).toMatchObject({ fault: '', comparison_missing: true });
    expect(await judge({ isReplacing: false })).toMatchObject({ fault: '', comparison_missing: false });
  });

  test('whose meta.json tells only when it was trained is as old as that, at least', async () => {
    const told = meta({ trained_to: undefined, trained_at: '2026-03-01T11:00:00Z' });
    const finding = await gateWith().judge(candidate(encodeLogisticModel(GOOD), { meta: told }));
    expect(finding).toMatchObject({ fault: '', data_age_hours: 1, age_from: 'trained_at' });
  });

  test.each([
    [
      'both ends of its data',
      { trained_from: '2026-02-28T06:00:00Z', trained_to: '2026-03-01T06:00:00Z' },
      24,
    ],
    ['no beginning', { trained_to: '2026-03-01T06:00:00Z' }, -1],
    ['no end', { trained_from: '2026-02-28T06:00:00Z', trained_to: undefined }, -1],
    [
      'an end before the beginning',
      { trained_from: '2026-03-01T06:00:00Z', trained_to: '2026-03-01T05:00:00Z' },
      0,
    ],
  ])('whose meta.json tells %s spans as much of the past as that', async (_what, told, hours) => {
    const finding = await gateWith().judge(candidate(encodeLogisticModel(GOOD), { meta: meta(told) }));
    expect(finding).toMatchObject({ fault: '', data_span_hours: hours });
  });

  test('with a metric that cannot be is refused', async () => {
    const told = meta({ metrics: { auc: 7 } });
    const finding = await gateWith().judge(candidate(encodeLogisticModel(GOOD), { meta: told }));
    expect(finding.fault).toBe('model_meta_unreadable');
  });
});

describe('a bad model is refused with its own fault', () => {
  const bad = (kind: BadModel) => encodeBadModel(kind, GOOD);
  test.each([
    ['empty', bad('empty'), 'not_onnx'],
    ['truncated', bad('truncated'), 'not_onnx'],
    ['random', Buffer.from('e6a1c2ff0013', 'hex'), 'not_onnx'],
    ['bit-flipped', bad('bit_flipped'), 'model_does_not_load'],
    ['wrong shape', bad('wrong_shape'), 'model_input_dim_differs'],
    ['not a number', bad('not_a_number'), 'model_output_not_finite'],
    ['constant', bad('constant'), 'model_output_constant'],
    ['unbounded', encodeUnboundedModel(3), 'model_output_out_of_range'],
    ['with weights in another file', encodeExternalModel(3, 'initializer', 'a/b.bin'), 'model_external_data'],
    ['with such weights inside a node', encodeExternalModel(3, 'attribute', '.env'), 'model_external_data'],
    ['memory-hungry', encodeHungryModel(3), 'model_eats_memory'],
    ['unbounded in its second output', encodeTwoOutputModel(3, 'unbounded'), 'model_output_out_of_range'],
    ['constant in its second output', encodeTwoOutputModel(3, 'constant'), 'model_output_constant'],
    [
      'unbounded in an output of half precision',
      encodeTwoOutputModel(3, 'unbounded', 'float16'),
      'model_output_out_of_range',
    ],
  ])('%s', async (_name, bytes, fault) => {
    expect(await gateWith().judge(candidate(bytes))).toMatchObject({ fault });
  });

  test('endless: ended at its time, not at ours', async () => {
    const startedMs = performance.now();
    const finding = await gateWith({ timeoutMs: 1_500 }).judge(candidate(encodeEndlessModel(3)));
    expect(finding).toMatchObject({ fault: 'model_hangs', limit_secs: 1.5 });
    // Without the bound it would last until the test's own time is up.
    expect(performance.now() - startedMs).toBeLessThan(30_000);
  });

  test('endless: the bound on processor time ends it as well', async () => {
    const finding = await gateWith({ timeoutMs: 20_000, cpuSecs: 1 }).judge(candidate(encodeEndlessModel(3)));
    expect(finding.fault).toBe('model_hangs');
  });

  test.each([
    ['says another dimension', meta({ input_dim: 4 }), 'model_input_dim_differs'],
    [
      'names more features',
      meta({ input_dim: 3, features: ['a', 'b', 'c', 'd'] }),
      'model_input_dim_differs',
    ],
    ['is no JSON', '{', 'model_meta_unreadable'],
    ['has a date that is none', meta({ trained_to: 'yesterday' }), 'model_meta_unreadable'],
  ])('its meta.json %s', async (_name, text, fault) => {
    expect(await gateWith().judge(candidate(encodeLogisticModel(GOOD), { meta: text }))).toMatchObject({
      fault,
    });
  });

  test('MODEL_INPUT_DIM says another dimension', async () => {
    const finding = await gateWith().judge(
      candidate(encodeLogisticModel(GOOD), { expectedInputDim: { variable: 'MODEL_INPUT_DIM', value: 8 } }),
    );
    expect(finding).toMatchObject({
      fault: 'model_input_dim_differs',
      expected_dim: 8,
      source: 'MODEL_INPUT_DIM',
    });
  });
});

test('without ONNX Runtime nothing is said about the model', async () => {
  const gate = createModelGate({
    now: () => NOW,
    run: async () => ({ kind: 'no_runtime', because: 'Cannot find package' }),
  });
  await expect(gate.judge(candidate(encodeLogisticModel(GOOD)))).rejects.toMatchObject({
    name: 'ModelRuntimeMissing',
  });
});

describe('what is known by its hash', () => {
  test('is neither read nor tried again, until an hour has passed', async () => {
    let now = NOW;
    const run = jest.fn(tryModel);
    const gate = createModelGate({ now: () => now, run });
    const bytes = encodeLogisticModel(GOOD);
    const read = jest.fn(async () => bytes);
    const again = () => gate.judge(candidate(bytes, { bytes: read }));
    await Promise.all([again(), again()]);
    now = new Date(NOW.getTime() + 3_599_000);
    expect(await again()).toMatchObject({ fault: '', data_age_hours: expect.closeTo(7, 2) });
    expect([read.mock.calls.length, run.mock.calls.length]).toEqual([1, 1]);
    now = new Date(NOW.getTime() + 3_601_000);
    await again();
    expect(run).toHaveBeenCalledTimes(2);
  });

  test('is tried again with other features', async () => {
    const run = jest.fn(tryModel);
    const gate = createModelGate({ now: () => NOW, run });
    const bytes = encodeLogisticModel(GOOD);
    await gate.judge(candidate(bytes));
    await gate.judge(candidate(bytes, { meta: meta({ features: ['a', 'b', 'c'] }) }));
    expect(run).toHaveBeenCalledTimes(2);
  });

  test.each(['hangs', 'eats_memory', 'crashes'] as const)('a model that %s is tried again', async (kind) => {
    const bad = kind === 'crashes' ? ({ kind, because: 'SIGKILL' } as const) : ({ kind } as const);
    const run = jest.fn(tryModel).mockResolvedValueOnce(bad);
    const gate = createModelGate({ now: () => NOW, run });
    const bytes = encodeLogisticModel(GOOD);
    expect(await gate.judge(candidate(bytes))).toMatchObject({ fault: `model_${kind}` });
    expect(await gate.judge(candidate(bytes))).toMatchObject({ fault: '' });
  });

  test('what was tried without the market’s values is tried again with them', async () => {
    const gate = gateWith();
    const bytes = encodeLogisticModel(GOOD);
    expect(await gate.judge(candidate(bytes, { typicalRows: async () => undefined }))).toMatchObject({
      typical_rows: 0,
    });
    expect(await gate.judge(candidate(bytes))).toMatchObject({ typical_rows: 2 });
  });

  test('a transfer that failed is asked for again', async () => {
    const gate = gateWith();
    const bytes = encodeLogisticModel(GOOD);
    const broken = candidate(bytes, { bytes: async () => Promise.reject(new Error('cut')) });
    await expect(gate.judge(broken)).rejects.toThrow('cut');
    expect(await gate.judge(candidate(bytes))).toMatchObject({ fault: '' });
  });
});

test('a trial leaves no trace and tells nobody of the model, where ONNX Runtime by itself does', async () => {
  const input = Buffer.concat([
    Buffer.from(`${JSON.stringify({ typical: [[0, 0, 0]], steps: 1 })}\n`),
    encodeLogisticModel(GOOD),
  ]);
  // Its id of the machine has no home here, so its reporter writes into the working folder when it starts.
  const traces = async (env: Readonly<Record<string, string>>) => {
    const cwd = await mkdtemp(join(tmpdir(), 'traces-'));
    const program = join(import.meta.dirname, '..', '..', 'src', 'model', 'model-trial.mjs');
    await execa(process.execPath, [program], {
      input,
      cwd,
      env: { HOME: '/proc/none', ...env },
      extendEnv: false,
    });
    const names = await readdir(cwd);
    await rm(cwd, { recursive: true });
    return names;
  };
  expect(await traces({})).not.toEqual([]);
  expect(await traces(TRIAL_ENVIRONMENT)).toEqual([]);
});

describe('a file of this machine', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gate-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('is judged with the meta.json beside it', async () => {
    const path = join(folder, 'next.onnx');
    const bytes = encodeLogisticModel(GOOD);
    await writeFile(path, bytes);
    await writeFile(join(folder, 'next.meta.json'), meta());
    expect(await gateModel(gateWith(), { path })).toMatchObject({
      fault: '',
      size: bytes.length,
      sha256: sha256Of(bytes),
      has_meta: true,
    });
  });

  test('is called empty when it is', async () => {
    const path = join(folder, 'empty.onnx');
    await writeFile(path, '');
    expect(await gateModel(gateWith(), { path })).toMatchObject({ fault: 'empty_file', size: 0 });
  });
});
