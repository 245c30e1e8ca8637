import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Composition, compose } from '../../src/app/compose.js';
import { loadConfiguration } from '../../src/app/load-configuration.js';
import type { Person } from '../../src/domain/person.js';
import type { ReleaseRecord } from '../../src/domain/release-record.js';
import { composeEngine } from '../../src/release/engine/create-engine.js';
import { selectKnownGood } from '../../src/release/store/known-good-store.js';
import { selectRelease } from '../../src/release/store/releases.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { systemClock } from '../../src/time/clock.js';
import { startWorker, type Worker } from '../../src/worker/worker.js';
import { prepareWorkerSchema } from '../../src/worker/worker-schema.js';
import { eventually } from '../sandbox/host/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createRememberingSlack, createTestKeeper, type RememberingSlack } from '../support/keeping.js';
import {
  BROKEN_VERSION,
  createSshSystemdHost,
  type SshSystemdHost,
  UNIT,
} from './support/ssh-systemd-host.js';

const PREFIX = 'PLOY_CRYPTO_LOB_ML__';
const MODEL = 'lob_tcn_5m_v4.onnx';
const [ALICE, BOB, CAROL] = ['alice', 'bob', 'carol'].map(
  (name): Person => ({ id: `U0${name.toUpperCase()}`, name, surface: 'slack' }),
) as [Person, Person, Person];

let host: SshSystemdHost;
let database: TestDatabase;
let dataDir: string;
let composition: Composition;
let worker: Worker;
let slack: RememberingSlack;
const posted = () => [...slack.standing.values()];

beforeAll(async () => {
  host = await createSshSystemdHost();
  database = await createTestDatabase();
  await prepareWorkerSchema(database, { always: true });
  dataDir = await mkdtemp(join(tmpdir(), 'lobml-data-'));
  const { runbookFile: RUNBOOK_FILE, targetsFile: TARGETS_FILE } = host;
  const environment = { RUNBOOK_FILE, TARGETS_FILE, DATA_DIR: dataDir };
  const logger = createLogger({ level: 'silent', to: 'stderr' });
  composition = compose({
    configuration: await loadConfiguration('terminal', { env: environment }),
    logger,
    state: async () => ({ pool: database.pool, url: database.url, close: async () => undefined }),
    directory: {
      person: async (id) => ({ id, name: id, locale: undefined, isActiveMember: true }),
      isActiveMember: async () => true,
      groupMembers: async (_group, { listed = [] } = {}) => ({ ids: listed, source: 'listed' }),
    },
  });
  const tasks = composeEngine({
    context: composition.releaseContext,
    hostOf: composition.hostOf,
    clock: systemClock,
    logger,
  });
  slack = createRememberingSlack();
  const keeper = createTestKeeper({
    pool: database.pool,
    announcer: slack,
    releases: composition.releaseContext,
  });
  worker = await startWorker({
    url: database.url,
    strategies: [composition.services.runbook.strategy],
    tasks: { ...tasks, message: keeper.task },
    clock: systemClock,
    logger,
  });
});

afterAll(async () => {
  await worker?.stop();
  await composition?.close();
  await database?.drop();
  await host?.end();
  await rm(dataDir, { recursive: true });
});

/** Asked for by alice, approved by bob and carol, started, and followed to its end. */
async function release(modelVersion: string, wanted: ReleaseRecord['state']): Promise<ReleaseRecord> {
  const { releases, targets } = composition.services;
  const target = targets.targets.get('live');
  if (target === undefined) throw new Error('There is no target.');
  const wish = { model: MODEL, modelVersion, binary: undefined, settings: {}, reason: 'a better model' };
  const checked = await releases.plan(wish, target, ALICE);
  if (checked.kind !== 'checked') throw new Error(JSON.stringify(checked));
  expect(checked.run.verdict).toBe('GO');
  const { run, digest } = checked;
  const asked = { wish, target, by: ALICE, runId: run.runId, digest, acknowledged: [] };
  const result = await releases.request(asked);
  if (result.kind !== 'requested') throw new Error(JSON.stringify(result));
  const bound = { requestId: result.request.requestId, digest: result.request.digest };
  for (const person of [BOB, CAROL]) {
    expect(await releases.approve({ ...bound, person })).toEqual({ kind: 'done', repeated: false });
  }
  const started = await releases.start({ ...bound, person: BOB });
  if (started.kind !== 'started') throw new Error(JSON.stringify(started));
  const record = () => selectRelease(database.pool, started.releaseId);
  const ended = async () => {
    const release = await record();
    return release?.endedAt == null ? undefined : release;
  };
  const found = async () => whereItIs(await record());
  const release = await eventually('the end of the release', ended, 200_000, found);
  if (release.state !== wanted) throw new Error(`It has ended otherwise: ${JSON.stringify(await found())}`);
  return release;
}

/** Where it stands, step by step, and what the checks found that it last went by. */
async function whereItIs(release: ReleaseRecord | undefined) {
  const steps = release?.steps ?? [];
  const ids = steps.flatMap(({ after }) => (typeof after?.runId === 'string' ? [after.runId] : [])).slice(-2);
  const runs = await Promise.all(ids.map((id) => composition.services.runs.get(id)));
  return {
    state: release?.state,
    problem: release?.problem,
    confirmBy: release?.confirmBy,
    steps: steps.map(({ kind, state, attempts, problem }) => ({ kind, state, attempts, problem })),
    checks: runs.flatMap((run) => run?.checks ?? []).filter(({ outcome }) => outcome !== 'PASS'),
    jobs: (await database.pool.query('SELECT * FROM lobml_worker.jobs')).rows,
  };
}

async function unit(): Promise<Readonly<Record<string, string>>> {
  const words = ['show', '--property=MainPID,NRestarts,ActiveState', UNIT];
  const { stdout } = await host.systemd.runner.run(['systemctl', '--user', ...words]);
  return Object.fromEntries(
    stdout
      .toString()
      .trim()
      .split('\n')
      .map((line) => line.split('=') as [string, string]),
  );
}

async function runningVersion(pid: string | undefined): Promise<string | undefined> {
  const variables = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
  return variables.find((line) => line.startsWith(`${PREFIX}MODEL_VERSION=`))?.split('=')[1];
}

test('a new model goes over ssh to a unit of systemd, from request to confirmed', async () => {
  const before = { unit: await unit(), text: await readFile(host.environmentFile, 'utf8') };
  const inode = (await stat(host.environmentFile)).ino;

  const confirmed = await release('lob-tcn-5m-v4', 'confirmed');
  expect(confirmed).toMatchObject({ state: 'confirmed', problem: null });
  expect(new Set(confirmed.steps.map(({ state }) => state))).toEqual(new Set(['done']));

  const after = await unit();
  expect(after).toMatchObject({ ActiveState: 'active', NRestarts: '0' });
  expect(after.MainPID).not.toBe(before.unit.MainPID);
  expect(await runningVersion(after.MainPID)).toBe('lob-tcn-5m-v4');
  const path = join(host.models, MODEL);
  const proved = confirmed.steps.find(({ kind }) => kind === 'prove_start');
  expect(proved?.after).toMatchObject({
    pid: Number(after.MainPID),
    loadedLine: expect.stringContaining(`loaded lob-ml onnx model model_type=onnx model_path=${path}`),
  });
  // Only the two lines, and by a rename.
  expect((await readFile(host.environmentFile, 'utf8')).split('\n')).toEqual(
    before.text.split('\n').map((line) => {
      if (line.includes('MODEL_PATH')) return `${PREFIX}MODEL_PATH=${path}`;
      return line.includes('MODEL_VERSION') ? `${PREFIX}MODEL_VERSION=lob-tcn-5m-v4` : line;
    }),
  );
  expect((await stat(host.environmentFile)).ino).not.toBe(inode);
  const [known] = await selectKnownGood(database.pool, { strategy: 'crypto_lob_ml', target: 'live' });
  expect(known?.releaseId).toBe(confirmed.releaseId);
  // The end stands in the database before the message is under way.
  await eventually('the last message', () =>
    posted()
      .findLast(({ key }) => key.startsWith('release:'))
      ?.report.text.includes('Confirmed'),
  );
  expect(JSON.stringify(posted())).not.toContain('deadbeef');
});

test('a release whose process ends at once is put back, with the words of its journal', async () => {
  const before = await readFile(host.environmentFile, 'utf8');
  const reverted = await release(BROKEN_VERSION, 'reverted');
  expect(reverted).toMatchObject({ state: 'reverted', problem: { code: 'failed_fast' } });
  expect(reverted.problem?.quotes?.join('\n')).toContain('has an unknown operator');

  expect(await readFile(host.environmentFile, 'utf8')).toBe(before);
  const after = await unit();
  expect(after.ActiveState).toBe('active');
  expect(await runningVersion(after.MainPID)).toBe('lob-tcn-5m-v4');
  const loud = await eventually(
    'the incident',
    () => posted().find(({ channel }) => channel === 'C0INCIDENTS'),
    120_000,
  );
  expect(JSON.stringify(loud.report.blocks)).toContain('has an unknown operator');
});
