import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { encodeLogisticModel } from '../../sandbox/host/model.js';
import type { CheckContext } from '../../src/checks/context/check-context.js';
import { readTypicalRows } from '../../src/checks/context/typical-rows.js';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { sha256Of } from '../../src/machine/sha256.js';
import { compareMetrics, worstLoss } from '../../src/model/compare-metrics.js';
import { createModelGate, type ModelCandidate } from '../../src/model/model-gate.js';
import { type ModelMeta, readModelMeta } from '../../src/model/model-meta.js';
import { listStaging } from '../../src/release/staging.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';

/** Written by `python-meta/write.py`. */
const written = (name: string): Promise<string> =>
  readFile(join('test/model/python-meta', `${name}.meta.json`), 'utf8');

const STEPS = 60;
const FEATURES = 11;
const NOW = new Date('2026-03-01T12:00:00Z');
/** One step after the other in a row, as the trainer flattens them. */
const MODEL = encodeLogisticModel({
  weights: Array.from({ length: FEATURES * STEPS }, (_, index) => Math.sin(index) / 100),
  bias: 0.1,
});

const metaOf = (text: string): ModelMeta => {
  const reading = readModelMeta(text);
  if (reading.kind !== 'meta') throw new Error(reading.because);
  return reading.meta;
};

const judge = (changes: Partial<ModelCandidate> & { readonly meta: string }) =>
  createModelGate({ now: () => NOW }).judge({
    sha256: sha256Of(MODEL),
    bytes: async () => MODEL,
    typicalRows: async () => [{ obi5: 0.2, spread_bps: '1.5' }],
    ...changes,
  });

describe('a meta.json that Python wrote', () => {
  test('tells N features of so many steps where input_dim is both multiplied', async () => {
    const finding = await judge({ meta: await written('tcn') });
    expect(finding).toMatchObject({ fault: '', input_dim: 660, typical_rows: 1 });
  });

  test.each([
    ['another number of steps', '"sequence_len": 60', '"sequence_len": 59', 649],
    ['a feature less', '"obi10",', '', 600],
    ['another input_dim', '"input_dim": 660', '"input_dim": 11', 11],
    ['no steps at all', '"sequence_len": 60,', '', 11],
  ])('with %s is about another model', async (_name, from, to, expected) => {
    const meta = (await written('tcn')).replace(from, to);
    expect(await judge({ meta })).toMatchObject({
      fault: 'model_input_dim_differs',
      expected_dim: expected,
    });
  });

  test('holds NaN and Infinity as bare words: no data, neither better nor the same', async () => {
    const [sound, diverged] = [await written('without-sklearn'), await written('diverged')];
    expect(metaOf(sound).metrics).toEqual({ accuracy: 0.56, brier: 0.24, logLoss: 0.67 });
    expect(metaOf(diverged).metrics).toEqual({});
    expect(worstLoss(compareMetrics(metaOf(diverged), metaOf(sound)))).toBeUndefined();
    expect(await judge({ meta: diverged, isReplacing: true, runningMeta: sound })).toMatchObject({
      fault: '',
      compared: false,
      comparison_missing: true,
      metrics_untold: 'accuracy, brier, logLoss',
    });
  });

  test('without one metric that the running model tells is compared by the others, and says which it lacks', async () => {
    const meta = await written('without-sklearn');
    const runningMeta = meta.replace('NaN', '0.61');
    expect(await judge({ meta, isReplacing: true, runningMeta })).toMatchObject({
      compared: true,
      comparison_missing: false,
      metrics_untold: 'auc',
    });
  });

  test('without a horizon is of no horizon: two of them are not of the same', async () => {
    const meta = await written('tcn');
    expect(await judge({ meta, isReplacing: true, runningMeta: meta })).toMatchObject({
      compared: false,
      comparison_missing: true,
    });
    expect(metaOf(await written('nothing-told'))).toMatchObject({
      horizon: undefined,
      trainedTo: undefined,
      metrics: { accuracy: 0.56, brier: 0.24, logLoss: 0.67 },
    });
  });

  test('without trained_to goes by trained_at, and says so', async () => {
    expect(await judge({ meta: await written('tcn') })).toMatchObject({
      fault: '',
      age_from: 'trained_at',
      data_age_hours: expect.closeTo(3),
    });
  });

  test.each(['trained_to', 'trained_at'])('with a %s in the future has a fault of that name', async (key) => {
    const told = { ...JSON.parse(await written('tcn')), [key]: '2026-03-01T12:00:03+00:00' };
    expect(await judge({ meta: JSON.stringify(told) })).toMatchObject({
      fault: 'model_trained_in_future',
      key,
      moment: '2026-03-01T12:00:03.000Z',
    });
  });

  test('two seconds ahead is a difference of clocks', async () => {
    const told = { ...JSON.parse(await written('tcn')), trained_to: '2026-03-01T12:00:02Z' };
    expect(await judge({ meta: JSON.stringify(told) })).toMatchObject({ fault: '', data_age_hours: 0 });
  });
});

describe('a meta.json beyond any bound', () => {
  const deep = (close: string) =>
    `{"horizon":"5m","deep":${'['.repeat(100_000)}${close}${']'.repeat(100_000)}}`;
  test.each([
    ['100,000 levels deep', deep(''), '5m'],
    ['as deep, with a NaN', deep('NaN'), '5m'],
  ])('%s is read', (_name, text, horizon) => {
    expect(readModelMeta(text)).toMatchObject({ kind: 'meta', meta: { horizon } });
  });

  test.each([
    ['of more than 1 MiB', `{"note":"${'x'.repeat(1024 * 1024)}"}`, 'meta_too_large'],
    ['with a count beyond 2^53', '{"rows":9007199254740993}', 'rows'],
    ['with a dimension beyond 2^53', '{"input_dim":9007199254740993}', 'input_dim'],
    ['with a dimension beyond all numbers', '{"input_dim":1e400}', 'input_dim'],
    ['with a dimension that is none', '{"input_dim":NaN}', 'input_dim'],
    ['with more features than any model has', `{"features":[${'"a",'.repeat(10_000)}"a"]}`, 'features'],
    ['with a text of a megabyte for a name', `{"version":"${'x'.repeat(1000)}"}`, 'version'],
    ['that leaves NaN open', '{"metrics":{"auc":NaN}', 'meta_no_json'],
  ])('%s is refused, by name', (_name, text, because) => {
    const { kind, ...why } = readModelMeta(text);
    expect(kind).toBe('unreadable');
    expect(Object.values(why).join(' ')).toContain(because);
  });
});

test('the form of a release shows what Python wrote, and no NaN', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'staged-'));
  await writeFile(join(folder, 'next.onnx'), MODEL);
  await writeFile(join(folder, 'next.meta.json'), await written('without-sklearn'));
  const { models } = await listStaging(folder);
  expect(models[0]?.meta).toMatchObject({
    horizon: '5m',
    metrics: { n_train: 40000, 'acc_at_0.5': 0.56, brier: 0.24, log_loss: 0.67 },
  });
  expect(models[0]?.meta?.metrics).not.toHaveProperty('auc');
  await writeFile(join(folder, 'next.meta.json'), await written('nothing-told'));
  expect((await listStaging(folder)).models[0]?.meta).toMatchObject({ horizon: undefined });
  await rm(folder, { recursive: true });
});

test('the shipped modelInputs go by the names of the trainer, and of the table', async () => {
  const runbook = await loadRunbook('runbooks/crypto_lob_ml/runbook.yaml', PROBE_KINDS);
  const rows = [{ bn_obi_5: 0.2, bn_price_change_1s: 0.0001, bn_mid_price: 95000 }];
  const context = {
    runbook,
    runParameters: {},
    asOf: async () => NOW,
    trading: { query: async () => ({ rows, durationMs: 1, observedAt: NOW.toISOString() }) },
  } as unknown as CheckContext;
  const { signal } = new AbortController();
  const typical = await readTypicalRows(context, { signal });
  expect(typical).toEqual([{ ...rows[0], obi5: 0.2, momentum_1s: 0.0001, spot_price: 95000 }]);
  const meta = await written('tcn');
  expect(await judge({ meta, typicalRows: async () => typical })).toMatchObject({
    typical_rows: 1,
    features_unfed:
      'obi10, spread_bps, bid_volume_5, ask_volume_5, momentum_5s, remaining_secs, price_to_beat, distance_to_beat',
  });
});
