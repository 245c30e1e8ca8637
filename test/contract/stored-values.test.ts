import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { createRunStore } from '../../src/checks/store/run-store.js';
import { acknowledgementSchema } from '../../src/domain/acknowledgement.js';
import { auditEventSchema, type ChainedEvent, chainedEventSchema } from '../../src/domain/audit-event.js';
import { type CheckRun, checkRunSchema } from '../../src/domain/check-run.js';
import { type Halt, haltSchema } from '../../src/domain/halt.js';
import { type KeptDocument, keptDocumentSchema } from '../../src/domain/kept-document.js';
import { type ReleaseRecord, releaseRecordSchema } from '../../src/domain/release-record.js';
import {
  type Approval,
  approvalSchema,
  type ReleaseRequest,
  releaseRequestSchema,
} from '../../src/domain/release-request.js';
import { targetLockSchema } from '../../src/domain/target-lock.js';
import { type Training, trainingSchema } from '../../src/domain/training.js';
import { createTestDatabase } from '../support/database.js';

/** What is written down comes back with every key that its type has; and no type stands beside its schema. */

/** Every key there is, also those that may be left out: the compiler asks for one that is added. */
type Whole<T> = T extends readonly (infer Item)[]
  ? readonly Whole<Item>[]
  : T extends object
    ? { readonly [K in keyof T]-?: Whole<Exclude<T[K], undefined>> }
    : T;

const AT = '2026-03-04T05:06:07.123Z';
const ID = '6b8f8c1e-0000-4000-8000-000000000000';
const ALICE = { id: 'U1', name: 'alice', surface: 'slack' } as const;
const TITLE = { en: 'title', 'zh-CN': '标题' };

const result: Whole<CheckRun['checks'][number]> = {
  id: 'exec.activity',
  section: '4.1',
  title: TITLE,
  mode: 'deciding',
  outcome: 'WARN',
  reason: { code: 'keys_missing', facts: { missing: ['SOLUSDT'], count: 1 } },
  besides: [{ code: 'host_error', facts: { host: 'live-2' } }],
  says: [TITLE],
  remedy: TITLE,
  observed: [{ symbol: 'BTCUSDT', lag: 1.5, nested: { of: [true, null] } }],
  expected: 'rows > 0',
  evidence: {
    probe: 'sql',
    sql: 'SELECT $1',
    parameters: [['BTCUSDT'], 1],
    sha256: 'ab',
    hosts: ['live-1'],
    window: { from: AT, to: AT, basis: 'look_back', hostsWithoutStart: ['live-2'] },
    baseline: { from: AT, to: AT, basis: 'passed_run', runId: ID, isMissing: true },
    onDemand: ['total'],
  },
  observedAt: AT,
  durationMs: 1.5,
};

const run: Whole<CheckRun> = {
  runId: ID,
  strategy: 'crypto_lob_ml',
  target: 'live',
  kind: 'gonogo',
  verdict: 'GO_WITH_WARNINGS',
  requestedBy: ALICE,
  startedAt: AT,
  asOf: AT,
  validUntil: AT,
  durationMs: 12.5,
  runbookSha256: 'cd',
  planned: true,
  partial: true,
  watched: true,
  checks: [result],
  criteria: [{ id: 'data_fresh', kind: 'no_go', title: TITLE, checks: ['exec.activity'], outcome: 'WARN' }],
  charts: [
    {
      id: 'lag',
      title: TITLE,
      type: 'bar',
      xLabel: TITLE,
      yLabel: TITLE,
      categories: ['10:00'],
      series: [{ name: 'BTC', title: TITLE, values: [1] }],
    },
  ],
};

const halt: Whole<Halt> = {
  haltId: ID,
  strategy: 'crypto_lob_ml',
  target: 'live',
  kind: 'previous_model',
  replaced: ['ab'],
  wanted: { P__ENABLED: 'false' },
  wantedOf: { 'live-1': { P__MODEL_PATH: '/m.onnx' } },
  requestedBy: ALICE,
  watch: {
    troubles: [
      {
        id: 'exec.activity',
        title: TITLE,
        outcome: 'FAIL',
        reason: { code: 'failure_holds', facts: { count: 1 } },
        besides: [{ code: 'host_error', facts: { host: 'live-2' } }],
        says: [TITLE],
        observed: [{ symbol: 'BTCUSDT', lag: 1.5 }],
      },
    ],
    looks: 3,
    since: AT,
    runIds: [ID],
  },
  requestedAt: AT,
  reason: 'a storm',
  state: 'not_verified',
  hosts: [
    {
      host: 'live-1',
      disk: 'done',
      diskAt: AT,
      diskWasDone: true,
      files: ['/opt/ploy/env/live.env'],
      before: { P__ENABLED: 'true', P__MODEL_PATH: null },
      restart: 'issued',
      restartAt: AT,
      stop: 'failed',
      stopAt: AT,
      stopBecause: 'asked',
      process: 'differs',
      processAt: AT,
      pidBefore: 1,
      pid: 2,
      fault: 'restart_loop',
      faultDetail: 'restarts',
    },
  ],
  entryWatch: { state: 'unknown', from: AT, until: AT, askedAt: AT, entries: 1, code: 'timeout' },
  resting: { total: 1, rows: [{ market_slug: 'btc', shares: 2, orders: 1 }] },
  venue: {
    host: 'live-1',
    cancel: 'failed',
    cancelAt: AT,
    cancelFault: { code: 'refused', detail: 'exit code 1' },
    askedAt: AT,
    open: { total: 1, rows: [{ id: 'o1', market: 'btc', side: 'UP', shares: 2, price: 0.5 }] },
    openFault: { code: 'timeout', detail: '' },
    named: ['o1'],
    recordedAlone: { total: 1, rows: [{ id: 'o2', market: 'btc', side: 'UP', shares: 2, endsAt: AT }] },
    positions: { total: 1, rows: [{ market: 'btc', side: 'UP', shares: 2 }] },
    positionsFault: { code: 'unreadable', detail: 'no list' },
    positionsApart: { total: 1, rows: [{ market: 'btc', side: 'UP', venue: 2, records: 1 }] },
  },
  flatten: {
    attempt: 1,
    state: 'left',
    by: ALICE,
    at: AT,
    endedAt: AT,
    fault: { code: 'refused', detail: 'exit code 1' },
    left: { total: 1, rows: [{ market: 'btc', side: 'UP', shares: 2 }] },
  },
  openEntries: { total: 1, rows: [{ market_slug: 'btc', shares: 2 }] },
  openEntriesFault: 'timeout',
  verification: { runId: ID, verdict: 'HOLD', stored: true },
  start: 'ERROR',
  cancelled: { releaseId: ID, requests: 1 },
  cancelAway: true,
  resumed: true,
  endedAt: AT,
  resolvedBy: {
    haltId: 'h2',
    kind: 'stop',
    by: { id: 'U1', name: 'alice', surface: 'slack' },
    at: '2026-01-01T00:00:00.000Z',
  },
  laterRelease: { releaseId: ID, startedAt: AT, by: ALICE },
};

const artefact = { name: 'm.onnx', sha256: 'ab', size: 3, metaSha256: 'cd' };
const change = { variable: 'P__ENABLED', before: null, after: 'true' };

const request: Whole<ReleaseRequest> = {
  requestId: ID,
  strategy: 'crypto_lob_ml',
  target: 'live',
  kind: 'break_glass',
  state: 'invalidated',
  requestedBy: ALICE,
  requesterSlackId: 'U1',
  reason: 'better',
  wish: {
    model: 'm.onnx',
    modelVersion: 'm',
    binary: 'ploy',
    settings: { EXIT_MODE: 'hold' },
    reason: 'better',
  },
  plan: {
    strategy: 'crypto_lob_ml',
    target: 'live',
    reason: 'better',
    model: artefact,
    binary: artefact,
    hosts: [
      {
        host: 'live-1',
        modelPath: '/m.onnx',
        binaryPath: '/ploy',
        presentModelSha256: 'ef',
        presentBinarySha256: '',
        layers: [{ path: '/a.env', sha256: '01' }],
        writtenFile: '/a.env',
        changes: [change],
        drift: [change],
        undeclared: [{ variable: 'S__X', shown: { before: null, after: '1' } }],
        sinceConfirmed: [{ variable: 'S__Y', shown: { before: '1', after: null } }],
        unit: { fragment: '/etc/systemd/system/ploy.service', sha256: '89' },
        withoutDeadMan: 'refused',
      },
    ],
    shared: [{ host: 'live-1', target: 'dryrun', what: 'program', path: '/ploy', changes: true }],
    alsoApprovedBy: [
      { target: 'dryrun', strategy: 'crypto_lob_ml', quorum: 1, groups: ['S1'], users: ['U1'] },
    ],
    withdrawn: [{ target: 'live', sha256: 'ab', how: 'rolled_back', by: ALICE, at: AT }],
    runbookSha256: '23',
    policySha256: '45',
  },
  digest: '67',
  checkRunId: ID,
  evidence: { checkRunId: ID, outcomes: [{ id: 'model.file', outcome: 'PASS' }] },
  promotion: {
    from: 'dryrun',
    hours: 24,
    entries: 50,
    soaks: [
      {
        sha256: 'ab',
        name: 'm',
        isConfirmed: false,
        setback: { kind: 'no_go', at: AT, run: 'verify' },
        hours: 1.5,
        entries: 3,
      },
    ],
    unknown: 'timeout',
  },
  acknowledged: [{ subject: 'drift', by: ALICE, at: AT }],
  incidentId: ID,
  createdAt: AT,
  quorumExpiresAt: AT,
  startExpiresAt: AT,
  endedAt: AT,
  endedBy: ALICE,
  endReason: 'changed',
  endChanges: [{ part: 'variable', host: 'live-1', subject: 'P__ENABLED', before: '', after: 'x' }],
  reviewedBy: ALICE,
  reviewedAt: AT,
};

const problem = {
  code: 'hosts_differ',
  facts: { differences: ['a'], count: 1 },
  quotes: ['line'],
  checks: [
    {
      id: 'exec.activity',
      section: '4.1',
      title: TITLE,
      outcome: 'FAIL',
      reason: { code: 'failure_holds', facts: { count: 1 } },
      besides: [{ code: 'host_error', facts: { host: 'live-2' } }],
      says: [TITLE],
      observed: [{ symbol: 'BTCUSDT', lag: 1.5 }],
    },
  ],
} as const;

const release: Whole<ReleaseRecord> = {
  releaseId: ID,
  requestId: ID,
  strategy: 'crypto_lob_ml',
  target: 'live',
  kind: 'ordinary',
  requestedBy: ALICE,
  state: 'needs_person',
  plan: request.plan,
  epoch: 2,
  cancelRequested: { by: ALICE, reason: 'wait', at: AT },
  confirmation: {
    by: ALICE,
    reason: 'quiet',
    at: AT,
    refused: { code: 'more_than_data_missing', facts: { checks: 'exec.activity ERROR' } },
  },
  givenUp: [{ host: 'live-2', by: ALICE, at: AT, reason: 'burnt down' }],
  problem,
  startedAt: AT,
  confirmBy: AT,
  endedAt: AT,
  resolved: { how: 'halt', id: ID, by: ALICE, at: AT },
  steps: [
    {
      position: 0,
      kind: 'checkpoint',
      host: 'live-1',
      checkpoint: 5,
      state: 'unclear',
      attempts: 1,
      before: { pid: 1 },
      after: { pid: 2 },
      problem,
      answered: { by: ALICE, at: AT, wasDone: true, looked: 'differs' },
      attemptedAt: AT,
      startedAt: AT,
      finishedAt: AT,
    },
  ],
};

const training: Whole<Training> = {
  trainingId: ID,
  strategy: 'crypto_lob_ml',
  target: 'live',
  horizon: '5m',
  lookbackHours: 336,
  modelName: 'm',
  machine: 'bot-1',
  state: 'finished',
  requestedBy: ALICE,
  locale: 'zh-CN',
  overrideReason: 'old labels',
  checks: [result],
  progress: { fraction: 0.5, figures: { loss: '0.1' }, lastLine: 'epoch', away: 'gpu-1' },
  result: { check: result, sha256: 'ab', size: 3, stagedAs: 'm.onnx' },
  failure: { code: 'timed_out', facts: { minutes: 1, host: 'gpu-1' } },
  cancelRequested: ALICE,
  createdAt: AT,
  startedAt: AT,
  endedAt: AT,
};

const event: Whole<ChainedEvent> = {
  eventId: ID,
  strategy: 'crypto_lob_ml',
  kind: 'halt.requested',
  target: 'live',
  actor: ALICE,
  at: AT,
  reason: 'a storm',
  details: { before: { a: [1, null] } },
  position: 1,
  previousSha256: '0',
  sha256: '1',
};
const { position: _, previousSha256: __, sha256: ___, ...journalled } = event;

const approval: Whole<Approval> = {
  person: ALICE,
  decision: 'taken_back',
  digest: 'ab',
  reason: 'no',
  decidedAt: AT,
};
const lock = {
  strategy: 'crypto_lob_ml',
  target: 'live',
  holder: ALICE,
  reason: 'no',
  takenAt: AT,
  until: AT,
};
const document: Whole<KeptDocument> = {
  kind: 'model_meta',
  sha256: 'ab',
  files: [{ name: 'm.meta.json', text: '{}' }],
};
const acknowledgement = { runId: ID, checkId: 'exec.activity', person: ALICE, at: AT };

test.each([
  ['a check run', checkRunSchema, run],
  ['a halt', haltSchema, halt],
  ['a request', releaseRequestSchema, request],
  ['an approval', approvalSchema, approval],
  ['a release', releaseRecordSchema, release],
  ['a training', trainingSchema, training],
  ['an audit event', auditEventSchema, journalled],
  ['an event of the chain', chainedEventSchema, event],
  ['a lock', targetLockSchema, lock],
  ['a kept document', keptDocumentSchema, document],
  ['an acknowledgement', acknowledgementSchema, acknowledgement],
])('%s comes back from JSON with every key', (_name, schema, value) => {
  expect(schema.parse(JSON.parse(JSON.stringify(value)))).toEqual(value);
});

test('a check run comes back from the database with every key', async () => {
  const database = await createTestDatabase();
  const runs = createRunStore(database.pool);
  await runs.save(run);
  expect(await runs.get(ID)).toEqual(run);
  await database.drop();
});

test('a stored value is told once: no type by hand beside its schema, and one schema of a person', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const files = ['src', 'commands', 'views'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  );
  const textOf = (file: string) => readFileSync(join(root, file), 'utf8');
  const withText = (pattern: RegExp) => files.filter((file) => pattern.test(textOf(file)));
  // What stays: a parameter of the type, and what is inferred from another schema.
  const byHand = (name: string) =>
    new RegExp(
      `\\binterface ${name}\\b|\\btype ${name} =(?!\\s*(?:z\\.(?:infer|output)|ValueOf)<)|\\{[^}]*\\b${name}\\b[^}]*\\} from `,
    );
  const beside = files.flatMap((file) => {
    const named = [...textOf(file).matchAll(/\bZodType<\s*([^>]*)>/g)].map(([, name = '']) => name);
    return named
      .filter((name) => !/^\w+$/.test(name) || byHand(name).test(textOf(file)))
      .map((name) => `${file}: ${name}`);
  });
  expect(beside).toEqual([]);
  expect(withText(/z\.enum\(\[\s*'slack',\s*'terminal'/)).toEqual(['src/domain/person.ts']);
  expect(withText(/'slack' \| 'terminal'|'terminal' \| 'slack'/)).toEqual([]);
});
