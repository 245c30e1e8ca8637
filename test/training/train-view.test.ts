import { describe, expect, test } from '@jest/globals';
import type { Training } from '../../src/domain/training.js';
import { TRAINING_FAILURES } from '../../src/domain/training.js';
import { terminalText } from '../../views/terminal.js';
import { endedTrainingView } from '../../views/train-ended.js';
import { logPageModal } from '../../views/train-modals.js';
import { trainingView } from '../../views/train-report.js';
import { checkOf, trainingOf } from './train-values.js';

const NOW = '2026-03-01T12:01:00.000Z';
const ALICE = { id: 'U0ALICE', name: 'alice', surface: 'slack' } as const;

const finished = (result: Partial<NonNullable<Training['result']>>): Training =>
  trainingOf({
    state: 'finished',
    endedAt: '2026-03-01T12:12:05.000Z',
    result: { check: checkOf(), sha256: 'ab'.repeat(32), size: 226, stagedAs: 'x.onnx', ...result },
  });

const actionsOf = (view: { blocks: readonly unknown[] }): readonly string[] =>
  [...JSON.stringify(view.blocks).matchAll(/"action_id":"([^"]+)"/g)].map(([, id = '']) => id);

describe('while it goes on', () => {
  test('shows how far it is, how long it has been and how long it will be', () => {
    const progress = { fraction: 0.25, figures: { loss: '0.61' }, lastLine: 'epoch 5/20 loss=0.61' };
    const view = trainingView(trainingOf({ progress }), 'en', NOW);
    expect(terminalText(view)).toMatchInlineSnapshot(`
"⏳ Training 5m · crypto_lob_ml
by U0ALICE · 12:00:00 UTC · data of the last 336 h · live
▓▓▓▓▓░░░░░░░░░░░░░░░  25 %
1 min 0 s so far · about 3 min 0 s left · loss \`0.61\`
Last line: \`epoch 5/20 loss=0.61\`"
`);
    expect(view.text).toBe('⏳ Training 5m · crypto_lob_ml: 25 % 1 min 0 s so far · about 3 min 0 s left');
    expect(actionsOf(view)).toEqual(['train:cancel', 'train:log']);
  });

  test.each([
    ['checking', 'Looking at the data first (2.2)…'],
    ['running', 'The trainer is starting…'],
    ['judging', 'The trainer is done. The gate is trying the model…'],
  ] as const)('says what it does: %s', (state, phase) => {
    expect(terminalText(trainingView(trainingOf({ state }), 'en', NOW))).toContain(phase);
  });

  test('says who has cancelled it, and asks for no second cancel', () => {
    const view = trainingView(trainingOf({ cancelRequested: ALICE }), 'en', NOW);
    expect(terminalText(view)).toContain('U0ALICE has cancelled it');
    expect(actionsOf(view)).toEqual(['train:log']);
  });

  test.each([
    ['en', 'farm-1 does not answer now.'],
    ['zh-CN', 'farm-1 此刻没有应答。'],
  ] as const)('says that the host of its trainer is away (%s)', (locale, sentence) => {
    const progress = { fraction: 0.25, figures: {}, lastLine: 'epoch 5/20', away: 'farm-1' };
    const view = trainingView(trainingOf({ progress }), locale, NOW);
    expect(terminalText(view)).toContain(sentence);
    expect(terminalText(view)).toContain('25 %');
    expect(view.text).toContain(sentence);
  });

  test('what a trainer prints cannot speak for the bot', () => {
    const progress = { fraction: undefined, figures: {}, lastLine: '`<!channel> *done*`' };
    expect(JSON.stringify(trainingView(trainingOf({ progress }), 'en', NOW))).not.toContain('<!channel>');
  });
});

describe('when it has ended', () => {
  test('a fit model stands beside the running one and can be requested', () => {
    const view = endedTrainingView(finished({}), 'en');
    expect(terminalText(view)).toMatchInlineSnapshot(`
"✅ Model trained · 5m · crypto_lob_ml

by U0ALICE · 12:00:00 UTC · data of the last 336 h · live · took 12 min 5 s
✓ Model gate  It loads, and answers 38 inputs (32 of them from the market) with probabilities from 0.02 to 0.97.
Metric       New model  Running model                  
Accuracy     0.5800     0.5600         ✓ +0.0200 better
Brier score  0.2500     0.2400         ✗ +0.0100 worse 
AUC          0.6000     —                              
New model beside the running one
  New model     █▄ 0.25 (max 0.58)
  Running model █▄ 0.24 (max 0.56)
Staged as \`x.onnx\` for live.
1,209,600 rows from 00:00:00 UTC to 00:00:00 UTC · SHA-256 \`abababababababababababababababababababababababababababababababab\` · 0.2 kB"
`);
    expect(actionsOf(view)).toEqual(['deploy:prefill', 'train:again', 'train:log']);
    expect(JSON.stringify(view.blocks)).toContain(
      JSON.stringify(
        JSON.stringify({
          target: 'live',
          model: 'x.onnx',
          version: 'lob_tcn_5m_20260301-120000',
          sha256: 'ab'.repeat(32),
        }),
      ),
    );
  });

  test('a refused model cannot, and the sentence names no host that does not have it', () => {
    const refused = checkOf({
      outcome: 'FAIL',
      reason: { code: 'faulty_rows', facts: { count: 1 } },
      says: [],
      observed: [
        {
          host: 'live-1',
          path: '/opt/x.onnx',
          input_dim: 2,
          expected_dim: 9,
          source: 'meta.json (input_dim)',
          fault: 'model_input_dim_differs',
        },
      ],
    });
    const view = endedTrainingView(finished({ check: refused, stagedAs: null }), 'en');
    expect(view.text).toBe(
      '⛔ Model refused · 5m · crypto_lob_ml: the model takes 2 inputs, but meta.json (input_dim) says 9.',
    );
    expect(actionsOf(view)).toEqual(['train:again', 'train:log']);
    expect(terminalText(view)).not.toContain('live-1');
  });

  test('a model that is worse opens with that, and names no host that does not have it', () => {
    const worse = checkOf({
      outcome: 'FAIL',
      reason: { code: 'failure_holds' },
      says: [
        { en: 'live-1: auc is worse by 0.19. Train again.', 'zh-CN': 'live-1：auc 差 0.19。请重新训练。' },
      ],
    });
    const view = (locale: 'en' | 'zh-CN') =>
      endedTrainingView(finished({ check: worse, stagedAs: null }), locale).text;
    expect(view('en')).toBe('⛔ Model refused · 5m · crypto_lob_ml: Auc is worse by 0.19. Train again.');
    expect(view('zh-CN')).toMatch(/: Auc 差 0.19。请重新训练。$/);
  });

  test('without ONNX Runtime it is a HOLD that says how to install it', () => {
    const unknown = checkOf({ outcome: 'ERROR', reason: { code: 'model_runtime_missing' }, observed: [] });
    const view = endedTrainingView(finished({ check: unknown, stagedAs: null }), 'en');
    expect(view.text).toMatch(/^⏸️ Model trained, gate undecided/);
    expect(terminalText(view)).toContain('npm install onnxruntime-node');
  });

  test('refused data names what stops it and offers to go on by name', () => {
    const stale = checkOf({
      id: 'data.sync_records.lag',
      section: '2.2-A',
      outcome: 'FAIL',
      reason: { code: 'failure_holds' },
      says: [{ en: 'SOLUSDT 74.2 s, expected under 10 s.', 'zh-CN': 'SOLUSDT 74.2 秒。' }],
    });
    const view = endedTrainingView(
      trainingOf({ state: 'refused', checks: [stale, checkOf()], startedAt: null }),
      'en',
    );
    expect(view.text).toBe(
      '⛔ Training not started · 5m · crypto_lob_ml: SOLUSDT 74.2 s, expected under 10 s.',
    );
    expect(actionsOf(view)).toEqual(['train:again', 'train:despite']);
  });

  test.each(TRAINING_FAILURES)(
    'the failure %s is a sentence in both languages, and nothing was staged',
    (code) => {
      const facts = {
        code: 'ENOENT',
        exit: 3,
        minutes: 120,
        because: 'x',
        said: '15m',
        wanted: '5m',
        folder: '/s',
      };
      const failed = trainingOf({ state: 'failed', failure: { code, facts }, endedAt: NOW });
      expect(endedTrainingView(failed, 'en').text).toMatch(/^✗ Training failed · 5m · crypto_lob_ml: .+\.$/);
      expect(endedTrainingView(failed, 'zh-CN').text).toMatch(/^✗ 训练失败 · 5m · crypto_lob_ml: .+。$/);
      expect(terminalText(endedTrainingView(failed, 'en'))).toContain('Nothing was staged');
    },
  );

  test('an override stays visible', () => {
    const view = endedTrainingView({ ...finished({}), overrideReason: 'a <b>try</b>' }, 'en');
    expect(terminalText(view)).toContain(
      'U0ALICE started it although the data checks did not pass: `a <b>try</b>`',
    );
  });
});

describe('the log', () => {
  test.each([
    [0, 3, ['train:newer']],
    [1, 3, ['train:older', 'train:newer']],
    [2, 3, ['train:older']],
    [0, 1, []],
  ])('page %i of %i has the ways to the others', (page, pages, ways) => {
    const modal = logPageModal(trainingOf(), { text: 'epoch 1/2', page, pages }, 'en');
    expect(actionsOf(modal)).toEqual(ways);
    expect(JSON.stringify(modal.blocks)).toContain(`Page ${page + 1} of ${pages}`);
  });

  test('of another machine is not here', () => {
    expect(JSON.stringify(logPageModal(trainingOf(), undefined, 'en').blocks)).toContain('bot-1');
  });
});

describe('a training that has found far less data than it was asked for', () => {
  const spanning = (hours: number, lookbackHours = 336) => {
    const check = checkOf();
    const observed = check.observed.map((row) => ({ ...row, data_span_hours: hours }));
    return { ...finished({ check: { ...check, observed } }), lookbackHours };
  };
  const warning = (training: Training) =>
    terminalText(endedTrainingView(training, 'en')).match(/⚠ .*asked for/)?.[0];

  test('says so, beside what it asked for itself', () => {
    expect(warning(spanning(1))).toBe('⚠ The data spans 1 h of the 336 h that were asked for');
    expect(warning(spanning(200, 720))).toBe('⚠ The data spans 200 h of the 720 h that were asked for');
    expect(terminalText(endedTrainingView(spanning(1), 'zh-CN'))).toContain(
      '数据只有 1 小时，要求的是 336 小时',
    );
  });

  test.each([
    ['half of it is enough', spanning(168)],
    ['so is all of little', spanning(24, 24)],
    ['what nobody tells is not said to be little', spanning(-1)],
    ['nor is what an older gate did not measure', finished({})],
  ])('%s', (_what, training) => {
    expect(warning(training)).toBeUndefined();
  });
});
