import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { encodeLogisticModel } from '../../sandbox/host/model.js';
import { type AuditTrail, createAuditTrail } from '../../src/audit/audit-trail.js';
import { LocalJournal } from '../../src/audit/local-journal.js';
import { createCheckService } from '../../src/checks/check-service.js';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import type { AuditEvent } from '../../src/domain/audit-event.js';
import type { CommandRunner } from '../../src/hosts/command-runner.js';
import { connectToHost, createHost } from '../../src/hosts/kinds/create-host.js';
import { subjectChanged } from '../../src/messages/message-jobs.js';
import { parseRunbook } from '../../src/runbook/load-runbook.js';
import type { Runbook } from '../../src/runbook/runbook.js';
import { parseTargets } from '../../src/runbook/targets.js';
import { createTransact } from '../../src/store/transaction.js';
import { type Clock, systemClock } from '../../src/time/clock.js';
import { SOURCE_QUERY } from '../../src/trading/source-state.js';
import { createTrainingService, type TrainingService } from '../../src/training/training-service.js';
import { createTrainingStore, type TrainingStore } from '../../src/training/training-store.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { PRIMARY } from '../support/primary.js';

/** Where trainings are tried: a real database, a real local host, and trainers that are scripts. */
export interface TrainingFixture {
  readonly folder: string;
  readonly staging: string;
  /** A further service is a further bot on this machine. */
  service(options?: {
    leaseMs?: number;
    machine?: string;
    timeLimitMinutes?: number;
    /** Set: trainings run on a host behind ssh, whose commands go through it. */
    over?: CommandRunner;
    clock?: Clock;
  }): Promise<TrainingService>;
  /** The script of the next trainings; it gets HORIZON OUTPUT META as arguments. */
  trainer(script: string): Promise<void>;
  /** What the running model's meta.json says. */
  runningMeta(meta: object): Promise<void>;
  /** How many labels the data check finds. */
  labels(count: number): Promise<void>;
  readonly trainingsFolder: string;
  /** What the audit trail holds, oldest first. */
  events(): Promise<readonly AuditEvent[]>;
  readonly pool: TestDatabase['pool'];
  readonly url: string;
  remove(): Promise<void>;
}

const MODEL = encodeLogisticModel({ weights: [0.9, -0.4], bias: 0.1 }).toString('base64');
const FEATURES = ['bn_obi_5', 'bn_momentum'];

export const goodMeta = (changes: object = {}): object => ({
  version: 'any',
  horizon: '5m',
  input_dim: 2,
  features: FEATURES,
  metrics: { 'acc_at_0.5': 0.58, brier: 0.236, log_loss: 0.66, auc: 0.61 },
  rows: 1_000,
  trained_from: '2026-03-01T00:00:00Z',
  trained_to: new Date().toISOString(),
  trained_at: new Date().toISOString(),
  ...changes,
});

/** A trainer that prints some lines and writes these files; `null` writes none. */
export function writingTrainer(
  meta: object | string | null,
  model: string | null = MODEL,
  epochs = 2,
): string {
  const text = typeof meta === 'string' ? meta : JSON.stringify(meta);
  return `
    import { writeFileSync } from 'node:fs';
    const [, , horizon, output, metaPath] = process.argv;
    console.log('training ' + horizon + ' with secret ' + (process.env.TRAINER_PASSWORD ?? 'none'));
    for (let epoch = 1; epoch <= ${epochs}; epoch += 1) console.log('epoch ' + epoch + '/${epochs} loss=0.5' + epoch);
    ${model === null ? '' : `writeFileSync(output, Buffer.from('${model}', 'base64'));`}
    ${meta === null ? '' : `writeFileSync(metaPath, ${JSON.stringify(text)});`}
  `;
}

const check = { title: { en: 'Labels', 'zh-CN': '标签' } };

/** The host behind ssh, and its working folder. */
const FARM = 'farm-1';
export const workOf = (folder: string): string => join(folder, 'work');

function runbookText(folder: string): string {
  return stringify({
    strategy: 'crypto_lob_ml',
    agentId: 'crypto_lob_ml',
    envPrefix: 'PLOY_CRYPTO_LOB_ML__',
    params: { horizons: ['5m', '15m'], least: 100 },
    flag: { variable: 'ENABLED' },
    variables: { ENABLED: { type: 'boolean', default: false }, MODEL_PATH: { type: 'path' } },
    training: {
      command: [process.execPath, join(folder, 'trainer.mjs'), '{horizon}', '{output}', '{meta}'],
      environment: { TRAINER_PASSWORD: 'BOT_PASSWORD' },
      horizons: ['5m', '15m'],
      maxLookbackHours: 500,
      // Longer than any trainer here takes on a machine that does other things too.
      timeLimitMinutes: 1,
      memoryLimitMib: 2048,
      modelName: 'lob_{horizon}_{date}',
      checks: ['data.labels.count'],
      progress: ['epoch (?<step>\\d+)/(?<of>\\d+) loss=(?<loss>[\\d.]+)'],
    },
    sections: [
      {
        id: '2.1',
        title: check.title,
        kind: 'precheck',
        checks: [
          {
            id: 'model.file',
            ...check,
            model: 'MODEL_PATH',
            timeoutMs: 10_000,
            pass: 'rows.all(r, r.metric_loss <= 0.02)',
            fail: 'rows.exists(r, r.metric_loss > 0.02)',
          },
        ],
      },
      {
        id: '2.2-B',
        title: check.title,
        kind: 'precheck',
        checks: [
          {
            id: 'data.labels.count',
            ...check,
            sql: 'SELECT horizon, n FROM labels',
            expectKeys: { column: 'horizon', parameter: 'horizons' },
            pass: 'rows.all(r, r.n >= params.least)',
            fail: 'rows.exists(r, r.n < params.least)',
          },
        ],
      },
    ],
  });
}

function targetsText(folder: string): string {
  const running = `PLOY_CRYPTO_LOB_ML__MODEL_PATH=${join(folder, 'models/running.onnx')}\\0`;
  return stringify({
    defaultTarget: 'live',
    roles: { operators: ['U0'] },
    targets: {
      live: {
        service: {
          manager: 'command',
          status: [
            'printf',
            'ActiveState=active\\nSubState=running\\nMainPID=4242\\nNRestarts=0\\nExecMainStatus=0\\nInvocationID=1\\n',
          ],
          environ: ['printf', running],
          logs: ['true'],
          restart: ['true'],
          stop: ['true'],
        },
        environmentFiles: [join(folder, 'live.env')],
        models: join(folder, 'models'),
        hosts: [{ name: 'live-1' }],
        staging: join(folder, 'staging'),
        approval: { quorum: 1 },
      },
      farm: {
        dryRun: true,
        service: { manager: 'systemd', unit: 'ploy.service' },
        environmentFiles: [join(folder, 'live.env')],
        hosts: [{ name: FARM, connection: { ssh: { address: 'trading-host' } } }],
        approval: { quorum: 1 },
      },
    },
  });
}

const withTraining = (runbook: Runbook, changes: Partial<Runbook['training']>): Runbook =>
  runbook.training === undefined ? runbook : { ...runbook, training: { ...runbook.training, ...changes } };

interface Bot {
  readonly folder: string;
  readonly pool: TestDatabase['pool'];
  readonly labels?: () => number;
  readonly leaseMs?: number;
  readonly machine?: string;
  readonly timeLimitMinutes?: number;
  readonly over?: CommandRunner;
  readonly clock?: Clock;
}

const trailIn = (folder: string, pool: Bot['pool']): AuditTrail =>
  createAuditTrail({
    journal: new LocalJournal({ dataDir: join(folder, 'data'), owner: '7:', isAlive: () => true }),
    database: pool,
    transact: createTransact(async () => pool),
    clock: systemClock,
    newId: randomUUID,
    onAway: (error) => {
      throw error;
    },
  });

export const trainingStoreOn = (pool: Bot['pool']): TrainingStore =>
  createTrainingStore({ database: pool, transact: createTransact(async () => pool), subjectChanged });

/** A bot's trainings, in this process. */
export async function createTrainingBot(bot: Bot): Promise<TrainingService> {
  const { folder, pool, labels = () => 500, leaseMs = 400, machine = 'here', timeLimitMinutes = 1 } = bot;
  const { over, clock = systemClock } = bot;
  const runbook = await parseRunbook('runbook.yaml', Buffer.from(runbookText(folder)), PROBE_KINDS);
  const checks = createCheckService({
    runbook,
    hostOf: (settings) => createHost(settings),
    // The trading database is somebody else's: one answer is enough here.
    trading: {
      query: async ({ text }) => ({
        rows:
          text === SOURCE_QUERY
            ? [PRIMARY]
            : [
                { horizon: '5m', n: labels() },
                { horizon: '15m', n: 0 },
              ],
        observedAt: new Date().toISOString(),
      }),
    },
    saveRun: async () => {},
    onStoreError: () => {},
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    newRunId: randomUUID,
  });
  const trail = trailIn(folder, pool);
  return createTrainingService({
    runbook: withTraining(runbook, {
      timeLimitMinutes,
      ...(over === undefined ? {} : { runsOn: FARM, workingFolder: workOf(folder) }),
    }),
    targets: parseTargets('targets.yaml', Buffer.from(targetsText(folder))),
    checks,
    hostOf: (settings) => createHost(settings),
    connect: (host) => {
      if (host.connection.kind === 'local') return connectToHost(host, {});
      if (over === undefined) throw new Error('no host here is behind ssh');
      return over;
    },
    store: trainingStoreOn(pool),
    folder: join(folder, 'trainings'),
    machine: async () => machine,
    newId: randomUUID,
    clock,
    variables: { BOT_PASSWORD: 'hunter2', DATABASE_URL: 'postgres://bot:s%21lent@db/state' },
    record: (event) => trail.record(event),
    intervalMs: 50,
    leaseMs,
  });
}

export async function createTrainingFixture(): Promise<TrainingFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'training-'));
  const database = await createTestDatabase();
  for (const name of ['models', 'staging', 'trainings', 'work']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'live.env'), '');
  let labels = 500;
  const fixture: TrainingFixture = {
    folder,
    staging: join(folder, 'staging'),
    trainingsFolder: join(folder, 'trainings'),
    events: () => trailIn(folder, database.pool).chain('crypto_lob_ml', 0, 100),
    pool: database.pool,
    url: database.url,
    service: (options) =>
      createTrainingBot({ folder, pool: database.pool, labels: () => labels, ...options }),
    trainer: (script) => writeFile(join(folder, 'trainer.mjs'), script),
    runningMeta: (meta) => writeFile(join(folder, 'models/running.meta.json'), JSON.stringify(meta)),
    labels: async (count) => {
      labels = count;
    },
    async remove() {
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await fixture.runningMeta(goodMeta());
  return fixture;
}
