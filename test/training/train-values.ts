import type { CheckResult } from '../../src/domain/check-run.js';
import type { Training } from '../../src/domain/training.js';

/** Trainings and checks as values, for views and commands. */

const ALICE = { id: 'U0ALICE', name: 'alice', surface: 'slack' } as const;
const NOW = '2026-03-01T12:01:00.000Z';

export const trainingOf = (changes: Partial<Training> = {}): Training => ({
  trainingId: '6b8f8c1e-0000-4000-8000-000000000000',
  strategy: 'crypto_lob_ml',
  target: 'live',
  horizon: '5m',
  lookbackHours: 336,
  modelName: 'lob_tcn_5m_20260301-120000',
  machine: 'bot-1',
  state: 'running',
  requestedBy: ALICE,
  locale: 'en',
  overrideReason: null,
  checks: [],
  progress: null,
  result: null,
  failure: null,
  cancelRequested: null,
  createdAt: '2026-03-01T12:00:00.000Z',
  startedAt: '2026-03-01T12:00:00.000Z',
  endedAt: null,
  ...changes,
});

export const checkOf = (changes: Partial<CheckResult> = {}): CheckResult => ({
  id: 'model.file',
  section: '2.1',
  title: { en: 'Model file', 'zh-CN': '模型文件' },
  mode: 'deciding',
  outcome: 'PASS',
  reason: { code: 'conditions_hold' },
  says: [{ en: 'live-1 200 bytes', 'zh-CN': 'live-1 200 字节' }],
  observed: [
    {
      host: 'live-1',
      path: '/opt/ploy/models/crypto/x.onnx',
      tried_inputs: 38,
      typical_rows: 32,
      least_output: 0.02,
      most_output: 0.97,
      rows: 1_209_600,
      trained_from: '2026-02-15T00:00:00.000Z',
      trained_to: '2026-03-01T00:00:00.000Z',
      metrics: [
        { name: 'accuracy', candidate: 0.58, running: 0.56 },
        { name: 'brier', candidate: 0.25, running: 0.24 },
        { name: 'auc', candidate: 0.6, running: null },
      ],
      fault: '',
    },
  ],
  expected: 'pass: …',
  evidence: { probe: 'model' },
  observedAt: NOW,
  durationMs: 400,
  ...changes,
});

/** The smallest runbook with a training. */
export const RUNBOOK = `
strategy: s
agentId: s
envPrefix: S__
flag: { variable: ENABLED }
model: { path: MODEL_PATH, version: MODEL_VERSION, inputDim: MODEL_INPUT_DIM }
params: { a: 1 }
variables: { ENABLED: { type: boolean, default: false }, MODEL_PATH: { type: path }, MODEL_VERSION: { type: text } }
training:
  command: [trainer, '{horizon}', '{output}', '{meta}']
  horizons: [5m, 15m]
sections:
  - id: '2.1'
    title: { en: Model, zh-CN: 模型 }
    kind: precheck
    checks:
      - id: model.file
        title: { en: Model, zh-CN: 模型 }
        model: MODEL_PATH
        pass: rows.all(r, r.size > 0)
        fail: rows.exists(r, r.size == 0)
`;
