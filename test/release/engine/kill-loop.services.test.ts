import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { controlHost } from '../../../sandbox/host/control-host.js';
import type { TradingHost } from '../../../sandbox/host/service-commands.js';
import { createTradingSchema } from '../../../sandbox/host/trading-data/seed.js';
import { createTradingHosts, type TradingHosts } from '../../../sandbox/host/trading-host.js';
import { checkpointWithoutData } from '../../../src/domain/release-course.js';
import type { ReleaseRecord } from '../../../src/domain/release-record.js';
import { createReleaseAnswers } from '../../../src/release/engine/release-answers.js';
import { releaseQueue } from '../../../src/release/release-jobs.js';
import { selectRelease } from '../../../src/release/store/releases.js';
import { createTransact } from '../../../src/store/transaction.js';
import { prepareWorkerSchema } from '../../../src/worker/worker-schema.js';
import { eventually } from '../../sandbox/host/eventually.js';
import { buildSandboxPrograms, type SandboxPrograms } from '../../sandbox/host/programs.js';
import { buildPrograms } from '../../support/build-programs.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../../support/database.js';
import { verbs } from './support/engine-setting.js';
import { NEW_VERSION, PREFIX, planFor, sha256Of } from './support/release-plan.js';
import { startRelease } from './support/start-release.js';
import { targetsText, type Waits } from './support/targets-of.js';

const REPLICAS = 3;

let programs: SandboxPrograms;
let tradingDatabase: TestDatabase;
let database: TestDatabase;
let folder: string;
let trading: TradingHosts;
const replicas = new Set<ChildProcess>();
let isOver = false;

beforeAll(async () => {
  programs = await buildSandboxPrograms();
  const entryPoints = [join(import.meta.dirname, 'support', 'engine-process.ts')];
  await buildPrograms({ entryPoints, folder: programs.folder, extension: '.mjs' });
  tradingDatabase = await createEmptyDatabase();
  await createTradingSchema(tradingDatabase.pool);
});
afterAll(async () => {
  await tradingDatabase.drop();
  await programs.remove();
});

beforeEach(async () => {
  database = await createTestDatabase();
  await prepareWorkerSchema(database, { always: true });
  folder = await mkdtemp(join(tmpdir(), 'kill-loop-'));
  await mkdir(join(folder, 'deaths'));
  trading = await createTradingHosts({
    folder,
    databaseUrl: tradingDatabase.url,
    hosts: ['live-1'],
    restartDelayMs: 200,
    entryEveryMs: 2_000,
    programsFolder: programs.folder,
  });
  isOver = false;
});
afterEach(async () => {
  isOver = true;
  for (const replica of replicas) replica.kill('SIGKILL');
  await trading.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

/** A replica that is followed by another one when it dies. */
function keepReplica(settings: string): void {
  const child = spawn(process.execPath, [join(programs.folder, 'engine-process.mjs'), settings], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  replicas.add(child);
  void once(child, 'exit').then(() => {
    replicas.delete(child);
    if (!isOver) keepReplica(settings);
  });
}

interface Course {
  readonly dieOn: 'forward' | 'back';
  /** The death after the entry that ends the release. */
  readonly last: string;
  readonly checkpoint?: 'GO' | 'HOLD' | 'LACKS_DATA';
  readonly confirmMinutes?: number;
  /** What somebody does when somebody must look. */
  readonly look?: (releaseId: string) => Promise<void>;
  /** The name that the targets file of the replicas has for the host. */
  readonly host?: string;
  /** Whether the host holds a dead man. */
  readonly armed?: boolean;
}

/** Carries a release out over replicas that die. */
async function carryOut(course: Course) {
  const {
    dieOn,
    last,
    checkpoint = 'GO',
    confirmMinutes = 10,
    look,
    host = 'live-1',
    armed = false,
  } = course;
  const waits: Waits = { checkpointMinutes: [0.001], confirmMinutes };
  const plan = await planFor(trading, trading.hosts, 'live', armed);
  const settings = JSON.stringify({
    databaseUrl: database.url,
    targets: targetsText(trading, waits).replaceAll(/(name|host): live-1\b/g, `$1: ${host}`),
    deaths: join(folder, 'deaths'),
    writes: join(folder, 'writes.log'),
    turned: join(folder, 'turned'),
    dieOn,
    checkpoint,
  });
  const releaseId = await startRelease(database, plan, waits);
  for (let n = 0; n < REPLICAS; n += 1) keepReplica(settings);

  const deadline = Date.now() + 150_000;
  let release = await selectRelease(database.pool, releaseId);
  while (release?.endedAt === null && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    release = await selectRelease(database.pool, releaseId);
    if (release !== undefined && release.confirmation === null) await confirmIfAsked(release);
    if (release?.state === 'needs_person') await look?.(releaseId);
  }
  // The end stands in the database a moment before the replica that recorded it dies of that.
  await eventually(last, async () => (await deaths()).includes(last), 20_000, deaths);
  return { plan, release };
}

/** What a click of an approver leaves behind. */
async function confirmIfAsked(release: ReleaseRecord): Promise<void> {
  if (checkpointWithoutData(release) === undefined) return;
  const confirmation = { by: BOB, reason: 'a holiday', at: new Date().toISOString() };
  await database.pool.query('UPDATE lobml.releases SET confirmation = $2 WHERE release_id = $1', [
    release.releaseId,
    JSON.stringify(confirmation),
  ]);
}

const BOB = { id: 'U0BOB', name: 'bob', surface: 'slack' } as const;
const AROUND = ['2-begun', '4-applied', '5-ended'];

const deaths = async () => (await readdir(join(folder, 'deaths'))).sort();

async function expectNoWriteTwice(): Promise<void> {
  const written = (await readFile(join(folder, 'writes.log'), 'utf8')).trim().split('\n');
  expect(written).toEqual([...new Set(written)]);
}

const liveHost = (): TradingHost => {
  const [host] = trading.hosts;
  if (host === undefined) throw new Error('There is no host.');
  return host;
};

test('killed before, in and after every step, the release comes to its end, and no step is done twice', async () => {
  const { plan, release } = await carryOut({ dieOn: 'forward', last: 'amended-2-after', armed: true });
  expect(release?.steps.filter(({ state }) => state !== 'done')).toEqual([]);
  expect(release).toMatchObject({ state: 'confirmed', problem: null });
  // Around each step: the end of one is the beginning of the next.
  const around =
    release?.steps.flatMap(({ position }) => AROUND.map((point) => `${position}-${point}`)) ?? [];
  expect(around).toHaveLength(12 * 3);
  expect(await deaths()).toEqual(
    [
      '0-1-before',
      ...around,
      'amended-1-before',
      'amended-2-after',
      'live-1-3-armed',
      'live-1-3-disarmed',
      'live-1-3-copied-to-.lobml-kept-SHA256-lob_tcn_5m_v4.onnx',
      'live-1-3-copied-to-.lobml-kept-SHA256-ploy',
      'live-1-3-crypto-live.env',
      'live-1-3-lob_tcn_5m_v4.onnx',
      'live-1-3-ploy',
      'live-1-3-removed-crypto-live.env.lobml-before',
      'live-1-3-restart',
      'watching-1-before',
      'watching-2-turned',
    ].sort(),
  );
  await expectNoWriteTwice();
  const host = liveHost();
  expect(await verbs(host)).toEqual(['restart']);
  expect(await sha256Of(host.binaryPath)).toBe(plan.binary?.sha256);
  expect(await readFile(host.environmentFiles[1], 'utf8')).toContain(`${PREFIX}MODEL_VERSION=${NEW_VERSION}`);
});

test('killed around a person’s confirmation, the word is kept, and the release is confirmed with it', async () => {
  const { release } = await carryOut({
    dieOn: 'forward',
    last: 'amended-2-after',
    checkpoint: 'LACKS_DATA',
    armed: true,
  });
  expect(release).toMatchObject({ state: 'confirmed', confirmation: { by: BOB, reason: 'a holiday' } });
  expect(release?.steps[9]?.after).toMatchObject({ confirmedBy: { by: BOB } });
  expect(await deaths()).toEqual(
    expect.arrayContaining([
      '9-2-begun',
      '9-4-applied',
      '9-5-ended',
      '9-4-applied-confirmed',
      '9-5-ended-confirmed',
      '10-4-applied',
      '11-4-applied',
    ]),
  );
  await expectNoWriteTwice();
  expect(await verbs(liveHost())).toEqual(['restart']);
});

test('killed at every point of putting back, the host is as before, and nothing is put back twice', async () => {
  const host = liveHost();
  const before = await readFile(host.environmentFiles[1], 'utf8');
  const binary = await sha256Of(host.binaryPath);
  await writeFile(join(trading.stagingFolder, 'lob_tcn_5m_v4.onnx'), 'no model at all');
  const { release } = await carryOut({ dieOn: 'back', last: 'amended-2-after', armed: true });
  expect(release).toMatchObject({ state: 'reverted' });
  expect(await deaths()).toEqual([
    '12-2-begun',
    '12-4-applied',
    '12-5-ended',
    // The proof of start fails, and the release has turned.
    '8-5-ended',
    'amended-1-before',
    'amended-2-after',
    'live-1-3-copied-to-ploy',
    'live-1-3-crypto-live.env',
    'live-1-3-disarmed',
    'live-1-3-removed-lob_tcn_5m_v4.onnx',
    'live-1-3-restart',
    'live-1-3-stopped',
    'over-1-before',
    'over-2-turned',
  ]);
  await expectNoWriteTwice();
  // The replica that had stopped it told nobody.
  expect(await verbs(host)).toEqual(['restart', 'stop', 'stop', 'restart']);
  expect(await readFile(host.environmentFiles[1], 'utf8')).toBe(before);
  expect(await sha256Of(host.binaryPath)).toBe(binary);
});

test('killed at every point of turning off at the deadline, the strategy is off, by one restart', async () => {
  const host = liveHost();
  const { release } = await carryOut({
    dieOn: 'back',
    last: 'over-2-turned',
    checkpoint: 'HOLD',
    confirmMinutes: 0.35,
  });
  expect(release).toMatchObject({ state: 'disabled' });
  expect(await deaths()).toEqual([
    '11-2-begun',
    '11-4-applied',
    '11-5-ended',
    'disabled-2-turned',
    'live-1-3-crypto-live.env',
    'live-1-3-restart',
    'over-1-before',
    'over-2-turned',
  ]);
  await expectNoWriteTwice();
  expect(await verbs(host)).toEqual(['restart', 'restart']);
  expect(await readFile(host.environmentFiles[1], 'utf8')).toContain(`${PREFIX}ENABLED=false\n`);
});

test('killed around a person’s word that a host is fine, the word is kept, and the release ends with it', async () => {
  const host = liveHost();
  const model = await readFile(host.modelPath);
  // Neither the new model nor that of before can be loaded.
  await writeFile(join(trading.stagingFolder, 'lob_tcn_5m_v4.onnx'), 'no model at all');
  await rm(host.modelPath);
  const look = async (releaseId: string) => {
    const { pool } = database;
    const { rows } = await pool.query(
      `SELECT FROM lobml.release_steps WHERE kind = 'revert' AND answered->>'looked' = 'asked'`,
    );
    if (rows.length > 0) return;
    await writeFile(host.modelPath, model);
    await createReleaseAnswers({
      database: pool,
      transact: createTransact(async () => pool),
      queue: releaseQueue,
      subjectChanged: async () => undefined,
      recordEvent: async () => undefined,
      now: () => new Date(),
    }).looked(releaseId, BOB);
  };
  const { release } = await carryOut({ dieOn: 'back', last: 'over-2-turned', look });
  expect(release).toMatchObject({ state: 'reverted', problem: { code: 'failed_fast' } });
  expect(release?.steps[11]).toMatchObject({ state: 'done', answered: { by: BOB, looked: 'fine' } });
  expect(await deaths()).toEqual(
    expect.arrayContaining(['11-4-applied-fine', '11-5-ended-fine', 'over-1-before']),
  );
  await expectNoWriteTwice();
});

test('killed around a host that has left the targets file, its part is over once, and the release with it', async () => {
  const { release } = await carryOut({ dieOn: 'forward', last: 'over-2-turned', host: 'live-9' });
  expect(release).toMatchObject({ state: 'cancelled', problem: { code: 'host_given_up' } });
  expect(release?.givenUp).toMatchObject([{ host: 'live-1', by: { id: 'lobml' } }]);
  expect(await deaths()).toEqual([
    'live-1-1-before-given-up',
    'live-1-2-given-up',
    'over-1-before',
    'over-2-turned',
  ]);
  expect(await verbs(liveHost())).toEqual([]);
});

test('the same with the host’s own timer acting beside it: the strategy is off, and nothing is left armed', async () => {
  const host = liveHost();
  const { release } = await carryOut({
    dieOn: 'back',
    last: 'over-2-turned',
    checkpoint: 'HOLD',
    confirmMinutes: 0.75,
    armed: true,
  });
  expect(release).toMatchObject({ state: 'disabled' });
  expect(await deaths()).toEqual(
    expect.arrayContaining(['live-1-3-disarmed', '12-5-ended', 'over-2-turned']),
  );
  expect(await readFile(host.environmentFiles[1], 'utf8')).toContain(`${PREFIX}ENABLED=false\n`);
  const status = await controlHost(host.service.status);
  const pid = /^MainPID=(\d+)/m.exec(status)?.[1];
  expect(await readFile(`/proc/${pid}/environ`, 'utf8')).toContain(`${PREFIX}ENABLED=false\0`);
  const left = await readdir(join(host.folder, 'run'));
  expect(left.filter((name) => name.startsWith('lobml-dead-man'))).toEqual([]);
});
