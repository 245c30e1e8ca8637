import { createHash, randomUUID } from 'node:crypto';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { controlHost } from '../../sandbox/host/control-host.js';
import { createPreviousModel, type PreviousModel } from '../../src/halt/previous-model.js';
import { editEnvironmentFile } from '../../src/hosts/environment/environment-edit.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import { selectKnownGood } from '../../src/release/store/known-good-store.js';
import { haltReportView } from '../../views/rollback-report.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { CAROL, createHaltingBench, FACTS, type HaltingBench } from './support/halting.js';
import { startHaltingApp } from './support/halting-app.js';

const MODEL_PATH = `${FACTS.envPrefix}MODEL_PATH`;
const MODEL_VERSION = `${FACTS.envPrefix}MODEL_VERSION`;
const HOSTS = ['live-1', 'live-2'] as const;

let bench: HaltingBench;
let database: TestDatabase;
let previousModel: PreviousModel;

beforeAll(async () => {
  [bench, database] = await Promise.all([createHaltingBench(1), createTestDatabase()]);
  previousModel = createPreviousModel({
    facts: FACTS,
    hostOf: (settings) => createHost(settings),
    knownGood: (target) => selectKnownGood(database.pool, { strategy: FACTS.strategy, target }),
  });
});
afterAll(async () => {
  await bench.close();
  await database.drop();
});
beforeEach(async () => {
  await database.pool.query('DELETE FROM lobml.known_good_releases; DELETE FROM lobml.releases');
});

/** The model with which the host was set up, which a confirmed release had: kept beside, as a release keeps it. */
function confirmedOn(name: string) {
  const { modelPath, modelsFolder } = bench.host(name);
  return { path: modelPath, keptPath: join(modelsFolder, '.kept', 'confirmed.onnx') };
}

const sha256Of = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

async function keepAndConfirm(binarySha256: (name: string) => Promise<string>): Promise<void> {
  const hosts = await Promise.all(
    HOSTS.map(async (name) => {
      const { path, keptPath } = confirmedOn(name);
      await mkdir(dirname(keptPath), { recursive: true });
      await copyFile(path, keptPath);
      const { binaryPath } = bench.host(name);
      return {
        host: name,
        model: { path, keptPath, sha256: await sha256Of(path) },
        binary: { path: binaryPath, keptPath: binaryPath, sha256: await binarySha256(name) },
        variables: { [MODEL_PATH]: path, [MODEL_VERSION]: 'confirmed' },
      };
    }),
  );
  await writeRelease('confirmed', hosts);
}

async function writeRelease(state: string, hosts: readonly object[]): Promise<void> {
  const [requestId, releaseId] = [randomUUID(), randomUUID()];
  await database.pool.query(
    `INSERT INTO lobml.release_requests (request_id, strategy, target, kind, state, requested_by, reason, plan,
       digest, check_run_id, evidence, created_at, quorum_expires_at, wish)
     VALUES ($1, $2, 'live', 'ordinary', 'executed', $3, 'r', '{}', 'd', $1, '{}', now(), now(), '{}')`,
    [requestId, FACTS.strategy, JSON.stringify(CAROL)],
  );
  await database.pool.query(
    `INSERT INTO lobml.releases (release_id, request_id, strategy, target, state, plan, started_at, confirm_by, ended_at)
     VALUES ($1, $2, $3, 'live', $4, '{}', now(), now(), now())`,
    [releaseId, requestId, FACTS.strategy, state],
  );
  if (state !== 'confirmed') return;
  await database.pool.query(
    `INSERT INTO lobml.known_good_releases (release_id, strategy, target, hosts, confirmed_at)
     VALUES ($1, $2, 'live', $3, now())`,
    [releaseId, FACTS.strategy, JSON.stringify(hosts)],
  );
}

/** Every host runs another version, as after a release that nobody has confirmed. */
async function runOtherVersion(): Promise<void> {
  for (const name of HOSTS) {
    const [, path] = bench.host(name).environmentFiles;
    const text = editEnvironmentFile(await readFile(path, 'utf8'), new Map([[MODEL_VERSION, 'other']]));
    await writeFile(path, text);
  }
  await bench.begin();
}

const presentBinary = (name: string) => sha256Of(bench.host(name).binaryPath);

describe('previous model', () => {
  test('with no confirmed release says so, whatever else has run', async () => {
    await writeRelease('disabled', []);
    expect(await previousModel.plan(bench.target)).toEqual({ kind: 'none' });
  });

  test('that is what runs already is nothing to go back to', async () => {
    await keepAndConfirm(presentBinary);
    for (const name of HOSTS) {
      const [, path] = bench.host(name).environmentFiles;
      const text = editEnvironmentFile(await readFile(path, 'utf8'), new Map([[MODEL_VERSION, 'confirmed']]));
      await writeFile(path, text);
    }
    await bench.begin();
    expect(await previousModel.plan(bench.target)).toMatchObject({ kind: 'runs_already' });
    for (const name of HOSTS) await controlHost(bench.host(name).service.stop);
    expect(await previousModel.plan(bench.target)).toMatchObject({ kind: 'runs_already' });
  });

  test('puts back a file that is gone, sets the model only, and is proved by the process', async () => {
    await keepAndConfirm(presentBinary);
    await runOtherVersion();
    const { path, keptPath } = confirmedOn('live-1');
    await rm(path);
    const answer = await previousModel.plan(bench.target);
    if (answer.kind !== 'plan') throw new Error(answer.kind);
    expect(answer.plan.untriedBinary).toEqual([]);
    expect(answer.plan.hosts.map(({ restoreFrom }) => restoreFrom)).toEqual([keptPath, null]);

    await previousModel.putBack(bench.target, answer.plan);
    const wantedOf = Object.fromEntries(answer.plan.hosts.map(({ host, wanted }) => [host, wanted]));
    const request = { target: bench.target, kind: 'previous_model', requestedBy: CAROL, wantedOf } as const;
    const halt = await bench.killSwitch().start(request).done;
    expect(halt).toMatchObject({ state: 'verified', kind: 'previous_model' });
    expect(await sha256Of(path)).toBe(await sha256Of(keptPath));
    for (const name of HOSTS) {
      const environment = await readFile(bench.host(name).environmentFiles[1], 'utf8');
      expect(environment).toContain(`${MODEL_VERSION}=confirmed\n`);
      // It trades on: going back is not turning off.
      expect(environment).toContain(`${FACTS.envPrefix}ENABLED=true\n`);
      expect(await bench.restartsOf(name)).toBe(1);
    }
    expect(halt.hosts.every(({ pid, pidBefore }) => pid !== null && pid !== pidBefore)).toBe(true);
  });

  test('whose loading nobody saw is not proved, and the next click turns the strategy off', async () => {
    await bench.begin();
    const wantedOf = Object.fromEntries(HOSTS.map((name) => [name, { [MODEL_VERSION]: 'unseen' }]));
    const request = { target: bench.target, kind: 'previous_model', requestedBy: CAROL, wantedOf } as const;
    const halt = await bench.killSwitch({ proveStart: async () => 'FAIL' }).start(request).done;
    expect(halt).toMatchObject({ state: 'not_verified', start: 'FAIL' });
    const report = JSON.stringify(haltReportView(halt, { locale: 'en', commands: new Map() }).blocks);
    expect(report).toMatch(/not seen loading the model \(fail.*rollback:disable/);
  });

  test('whose files have another content is refused by name, and nothing is touched', async () => {
    await keepAndConfirm(presentBinary);
    await runOtherVersion();
    const { path, keptPath } = confirmedOn('live-2');
    const content = await readFile(path);
    const environment = await readFile(bench.host('live-2').environmentFiles[1], 'utf8');
    await Promise.all([writeFile(path, 'not that model'), writeFile(keptPath, 'nor that')]);
    try {
      const refused = { kind: 'artefact_missing', host: 'live-2', path, sha256: expect.any(String) };
      expect(await previousModel.plan(bench.target)).toEqual(refused);
      expect(await readFile(bench.host('live-2').environmentFiles[1], 'utf8')).toBe(environment);
    } finally {
      await Promise.all([writeFile(path, content), writeFile(keptPath, content)]);
    }
  });

  test('never run with the present program says so and asks; restored once by a second click', async () => {
    await keepAndConfirm(async () => 'another program');
    await runOtherVersion();
    const app = await startHaltingApp(bench, bench.killSwitch(), previousModel);
    try {
      const place = await app.showButtons('carol');
      await app.slack.click('carol', place, 'rollback:previous_model');
      const modal = () => JSON.stringify(app.slack.modals('U0CAROL').at(-1)?.blocks ?? []);
      await app.slack.waitFor(() => modal().includes('rollback:restore'));
      expect(modal()).toMatch(/`live-1`, `live-2`.*never confirmed together/);
      expect(bench.events).toEqual([]);
      await app.slack.click('carol', 'modal', 'rollback:restore');
      await app.slack.waitFor(
        () => app.reports().some((text) => /^\S+ PREVIOUS MODEL - VERIFIED/.test(text)),
        20_000,
      );
      expect(bench.events[0]).toMatchObject({ kind: 'halt.requested', actor: { id: 'U0CAROL' } });
    } finally {
      await app.end();
    }
  });

  test('with the database away says that only it knows', async () => {
    const away = createPreviousModel({
      facts: FACTS,
      hostOf: (settings) => createHost(settings),
      knownGood: async () => {
        throw new Error('connect ECONNREFUSED');
      },
    });
    expect(await away.plan(bench.target)).toEqual({ kind: 'database_away' });
  });
});
