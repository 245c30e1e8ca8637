import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { createTradingHosts, type TradingHosts } from '../../../sandbox/host/trading-host.js';
import { createTradingSchema } from '../../../sandbox/trading-data/seed.js';
import { selectRelease } from '../../../src/store/queries/select-release.js';
import { prepareWorkerSchema } from '../../../src/worker/worker-schema.js';
import { buildSandboxPrograms, type SandboxPrograms } from '../../sandbox/host/programs.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../../support/database.js';
import { NEW_VERSION, PREFIX, planFor, sha256Of } from './support/release-plan.js';
import { startRelease } from './support/start-release.js';
import { targetsText, type Waits } from './support/targets-of.js';

const WAITS: Waits = { checkpointMinutes: [0.001], confirmMinutes: 10 };
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
  await build({
    entryPoints: [join(import.meta.dirname, 'support', 'engine-process.ts')],
    outfile: join(programs.folder, 'engine-process.mjs'),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  [tradingDatabase, database] = await Promise.all([createEmptyDatabase(), createTestDatabase()]);
  await createTradingSchema(tradingDatabase.pool);
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
});

afterAll(async () => {
  isOver = true;
  for (const replica of replicas) replica.kill('SIGKILL');
  await trading.close();
  await Promise.all([database.drop(), tradingDatabase.drop()]);
  await programs.remove();
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

test('killed before, in and after every step, the release comes to its end, and no step is done twice', async () => {
  const plan = await planFor(trading, trading.hosts, 'live');
  const writes = join(folder, 'writes.log');
  const settings = JSON.stringify({
    databaseUrl: database.url,
    targets: targetsText(trading, WAITS),
    deaths: join(folder, 'deaths'),
    writes,
  });
  const releaseId = await startRelease(database, plan, WAITS);
  for (let n = 0; n < REPLICAS; n += 1) keepReplica(settings);

  const deadline = Date.now() + 150_000;
  let release = await selectRelease(database.pool, releaseId);
  while (release?.endedAt === null && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    release = await selectRelease(database.pool, releaseId);
  }

  expect(release?.steps.filter(({ state }) => state !== 'done')).toEqual([]);
  expect(release).toMatchObject({ state: 'confirmed', problem: null });
  // One before the first step; three around each of the eleven (the end of one is the beginning of the next); and one
  // in each of the three writes, and in the restart.
  const deaths = await readdir(join(folder, 'deaths'));
  expect(deaths).toHaveLength(1 + 11 * 3 + 4);

  const written = (await readFile(writes, 'utf8')).trim().split('\n');
  expect(written).toHaveLength(new Set(written).size);
  for (const host of trading.hosts) {
    const steps = (await readFile(host.appliedStepsPath, 'utf8')).trim().split('\n');
    expect(steps.map((line) => (JSON.parse(line) as { verb: string }).verb)).toEqual(['restart']);
    expect(await sha256Of(host.binaryPath)).toBe(plan.binary?.sha256);
    expect(await readFile(host.environmentFiles[1], 'utf8')).toContain(
      `${PREFIX}MODEL_VERSION=${NEW_VERSION}`,
    );
  }
});
