import { describe, expect, test } from '@jest/globals';
import { compareMetrics, worstLoss } from '../../src/model/compare-metrics.js';
import { metaPathOf, readModelMeta } from '../../src/model/model-meta.js';
import { whyUnusable as english } from '../../views/text/en/model-faults.js';
import { whyUnusable as chinese } from '../../views/text/zh-CN/model-faults.js';

const of = (metrics: object, horizon = '5m') => ({ horizon, metrics });

describe('metrics beside the running model’s', () => {
  test('a loss is a fall where more is better, and a rise where less is', () => {
    const comparisons = compareMetrics(
      of({ accuracy: 0.5, brier: 0.3, logLoss: 0.6, auc: 0.7 }),
      of({ accuracy: 0.6, brier: 0.25, logLoss: 0.7, auc: 0.7 }),
    );
    expect(comparisons.map(({ name, loss }) => [name, loss])).toEqual([
      ['accuracy', expect.closeTo(0.1)],
      ['brier', expect.closeTo(0.05)],
      ['logLoss', expect.closeTo(-0.1)],
      ['auc', 0],
    ]);
    expect(worstLoss(comparisons)).toEqual({ name: 'accuracy', loss: expect.closeTo(0.1) });
  });

  test.each([
    ['nothing runs', undefined],
    ['what runs is of another horizon', of({ accuracy: 0.9 }, '15m')],
    ['the running one has no such metric', of({ auc: 0.9 })],
  ])('nothing is compared where %s', (_why, running) => {
    const comparisons = compareMetrics(of({ accuracy: 0.5 }), running);
    expect(comparisons[0]).toEqual({ name: 'accuracy', candidate: 0.5, running: undefined, loss: undefined });
    expect(worstLoss(comparisons)).toBeUndefined();
  });
});

describe('meta.json', () => {
  test('is read whichever way a trainer names its parts', () => {
    const text = JSON.stringify({
      feature_order: ['a'],
      metrics: { accuracy: 0.5, brier_score: 0.2 },
      more: 1,
    });
    expect(readModelMeta(text)).toMatchObject({
      kind: 'meta',
      meta: {
        features: ['a'],
        metrics: { accuracy: 0.5, brier: 0.2 },
        inputDim: undefined,
        trainedTo: undefined,
      },
    });
  });

  test.each([
    ['nonsense', 'meta_no_json'],
    ['[]', 'meta_no_object '],
    ['{"input_dim":0}', 'meta_out_of_bounds input_dim > 0'],
    ['{"metrics":{"auc":1.5}}', 'meta_out_of_bounds metrics.auc ≤ 1'],
    ['{"metrics":{"auc":"high"}}', 'meta_no_number metrics.auc'],
    ['{"rows":1.5}', 'meta_no_whole_number rows'],
    ['{"rows":9007199254740993}', 'rows'],
    ['{"version":7}', 'meta_no_text version'],
    ['{"features":"obi5"}', 'meta_no_list features'],
    [`{"version":"${'v'.repeat(501)}"}`, 'meta_too_long version'],
    ['{"trained_at":"yesterday"}', 'meta_no_moment trained_at'],
  ])('%.40s is unreadable, by name and in both languages', (text, because) => {
    const { kind, ...why } = readModelMeta(text);
    expect(kind).toBe('unreadable');
    expect(Object.values(why).join(' ')).toContain(because);
    const told = { because: '', found: '', ...why };
    expect(english(told.because, told.found)).not.toMatch(/meta_|Invalid|Too/);
    expect(chinese(told.because, told.found)).toMatch(/[\u4e00-\u9fff]/);
    expect(chinese(told.because, told.found)).not.toMatch(/Invalid|Too|expected/);
  });

  test('stands beside its model', () => {
    expect([metaPathOf('/m/a.onnx'), metaPathOf('/m/a.onnx.bak')]).toEqual([
      '/m/a.meta.json',
      '/m/a.onnx.bak.meta.json',
    ]);
  });
});
