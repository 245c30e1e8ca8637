import { createHash, randomUUID } from 'node:crypto';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { controlHost } from '../../sandbox/host/control-host.js';
import { writtenValue } from '../../sandbox/host/hand-edit.js';
import { encodeLogisticModel } from '../../sandbox/host/model.js';
import { saveHalt } from '../../src/halt/halt-queries.js';
import { createPreviousModel, type PreviousModel } from '../../src/halt/previous-model.js';
import { editEnvironmentFile } from '../../src/hosts/environment/environment-edit.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import { selectKnownGood } from '../../src/release/store/known-good-store.js';
import { selectModelMemory, selectWithdrawnModels } from '../../src/release/store/model-memory.js';
import { previousModelModal } from '../../views/rollback-modals.js';
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
    everyTarget: [],
    knownGood: (target) => selectKnownGood(database.pool, { strategy: FACTS.strategy, target }),
    memory: (target) => selectModelMemory(database.pool, { strategy: FACTS.strategy, target }),
  });
});
afterAll(async () => {
  await bench.close();
  await database.drop();
});
beforeEach(async () => {
  await database.pool.query(
    'DELETE FROM lobml.known_good_releases; DELETE FROM lobml.release_steps; DELETE FROM lobml.releases; DELETE FROM lobml.halts',
  );
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

/** A confirmed release of the model with which the host was set up. */
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
  await writeRelease('confirmed', { hosts });
}

/** Writes a model of this name beside the first one on every host. */
async function writeModel(name: string): Promise<string> {
  const weight = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) / 1000;
  const bytes = encodeLogisticModel({ weights: [weight, 0.4, -0.02, 0.008, -0.008, 0.6, 1.5, 0.8], bias: 0 });
  for (const host of HOSTS) await writeFile(pathOf(host, name), bytes);
  return createHash('sha256').update(bytes).digest('hex');
}

const pathOf = (host: string, name: string) => join(bench.host(host).modelsFolder, `${name}.onnx`);

/** A confirmed release of such a model, with this version. */
async function confirm(name: string, version = name): Promise<string> {
  const sha256 = await writeModel(name);
  const hosts = HOSTS.map((host) => {
    const path = pathOf(host, name);
    const variables = { [MODEL_PATH]: path, [MODEL_VERSION]: version };
    return { host, model: { path, keptPath: path, sha256 }, binary: null, variables };
  });
  return writeRelease('confirmed', { hosts });
}

let seconds = 0;

interface Written {
  readonly hosts?: readonly object[];
  /** SHA-256 of the model that it brought. */
  readonly model?: string;
  /** The hosts that it has touched. */
  readonly touched?: readonly string[];
}

/** Each a second after the one before. */
async function writeRelease(
  state: string,
  { hosts = [], model, touched = [] }: Written = {},
): Promise<string> {
  const [requestId, releaseId] = [randomUUID(), randomUUID()];
  seconds += 1;
  const at = new Date(Date.now() - 3_600_000 + seconds * 1_000);
  const plan = {
    ...PLAN,
    ...(model === undefined ? {} : { model: { name: 'm.onnx', sha256: model, size: 1 } }),
  };
  const { pool } = database;
  await pool.query(
    `INSERT INTO lobml.release_requests (request_id, strategy, target, kind, state, requested_by, reason, plan,
       digest, check_run_id, evidence, created_at, quorum_expires_at, wish)
     VALUES ($1, $2, 'live', 'ordinary', 'executed', $3, 'r', '{}', 'd', $1, '{}', now(), now(), '{}')`,
    [requestId, FACTS.strategy, JSON.stringify(CAROL)],
  );
  await pool.query(
    `INSERT INTO lobml.releases (release_id, request_id, strategy, target, state, plan, started_at, confirm_by, ended_at,
       cancel_requested)
     VALUES ($1, $2, $3, 'live', $4, $5, $6, $6, $6, $7)`,
    [
      releaseId,
      requestId,
      FACTS.strategy,
      state,
      JSON.stringify(plan),
      at,
      state === 'halted'
        ? JSON.stringify({ by: CAROL, reason: 'blocked storm', at: at.toISOString() })
        : null,
    ],
  );
  for (const [position, host] of touched.entries())
    await pool.query(
      `INSERT INTO lobml.release_steps (release_id, position, kind, host, state, attempts)
       VALUES ($1, $2, 'write_environment', $3, 'done', 1)`,
      [releaseId, position, host],
    );
  if (state === 'confirmed')
    await pool.query(
      `INSERT INTO lobml.known_good_releases (release_id, strategy, target, hosts, confirmed_at)
       VALUES ($1, $2, 'live', $3, $4)`,
      [releaseId, FACTS.strategy, JSON.stringify(hosts), at],
    );
  return releaseId;
}

const PLAN = {
  strategy: FACTS.strategy,
  target: 'live',
  reason: 'r',
  runbookSha256: '',
  policySha256: '',
  hosts: HOSTS.map((host) => ({
    host,
    presentModelSha256: '',
    presentBinarySha256: '',
    layers: [],
    writtenFile: '/e',
    changes: [],
    drift: [],
  })),
};

/** These hosts run this model, as after a release of it. */
async function run(name: string, hosts: readonly string[] = HOSTS, version = name): Promise<void> {
  for (const host of hosts) {
    const [, path] = bench.host(host).environmentFiles;
    const values = new Map([
      [MODEL_PATH, pathOf(host, name)],
      [MODEL_VERSION, version],
    ]);
    await writeFile(path, editEnvironmentFile(await readFile(path, 'utf8'), values));
  }
  await bench.begin();
}

/** Every host runs another model, as after a release that nobody has confirmed. */
async function runOther(): Promise<void> {
  await writeModel('other');
  await run('other');
}

/** The click on *Restore*. */
async function restore() {
  const answer = await previousModel.plan(bench.target);
  if (answer.kind !== 'plan') throw new Error(JSON.stringify(answer));
  const { plan } = answer;
  await previousModel.putBack(bench.target, plan);
  const wantedOf = Object.fromEntries(plan.hosts.map(({ host, wanted }) => [host, wanted]));
  const { replaced } = plan;
  const request = {
    target: bench.target,
    kind: 'previous_model',
    requestedBy: CAROL,
    wantedOf,
    replaced,
  } as const;
  const halt = await bench.killSwitch().start(request).done;
  await saveHalt(database.pool, { halt, messages: [] }, 'test');
  return { plan, halt };
}

const running = (host: string) => writtenValue(bench.host(host).environmentFiles[1], 'MODEL_VERSION');

const presentBinary = (name: string) => sha256Of(bench.host(name).binaryPath);

describe('previous model', () => {
  test('with no confirmed release says so, whatever else has run', async () => {
    await writeRelease('disabled');
    expect(await previousModel.plan(bench.target)).toEqual({ kind: 'none' });
  });

  test('that is what runs already is nothing to go back to', async () => {
    await keepAndConfirm(presentBinary);
    // Another version of the same bytes is no other model.
    await bench.begin();
    expect(await previousModel.plan(bench.target)).toMatchObject({ kind: 'runs_already' });
    for (const name of HOSTS) await controlHost(bench.host(name).service.stop);
    expect(await previousModel.plan(bench.target)).toMatchObject({ kind: 'runs_already' });
  });

  test('puts back a file that is gone, sets the model only, and is proved by the process', async () => {
    await keepAndConfirm(presentBinary);
    await runOther();
    const { path, keptPath } = confirmedOn('live-1');
    await rm(path);
    const { plan, halt } = await restore();
    expect(plan.untriedBinary).toEqual([]);
    expect(plan.hosts.map(({ restoreFrom }) => restoreFrom)).toEqual([keptPath, null]);
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
    await runOther();
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

  test('whose place has another content by now is not taken from another target that uses it', async () => {
    await keepAndConfirm(presentBinary);
    await runOther();
    const { path } = confirmedOn('live-2');
    const content = await readFile(path);
    const settings = bench.target.hosts.find(({ name }) => name === 'live-2');
    if (settings === undefined) throw new Error('no live-2');
    const file = join(dirname(settings.writtenEnvironmentFile), 'd1.env');
    const status = ['printf', 'ActiveState=inactive\\nMainPID=0\\nNRestarts=0\\n'];
    const service = { ...settings.service, manager: 'command', status } as typeof settings.service;
    const d1 = { ...settings, name: 'd1', service, environmentFiles: [{ path: file, optional: false }] };
    const dryrun = { ...bench.target, name: 'dryrun', hosts: [d1] };
    const beside = createPreviousModel({
      facts: FACTS,
      hostOf: (one) => createHost(one),
      everyTarget: [bench.target, dryrun],
      knownGood: (target) => selectKnownGood(database.pool, { strategy: FACTS.strategy, target }),
      memory: (target) => selectModelMemory(database.pool, { strategy: FACTS.strategy, target }),
    });
    await Promise.all([writeFile(path, 'that of dryrun'), writeFile(file, `${MODEL_PATH}=${path}\n`)]);
    try {
      const used = { kind: 'used_by_other', host: 'live-2', path, target: 'dryrun' } as const;
      expect(await beside.plan(bench.target)).toEqual(used);
      expect(JSON.stringify(previousModelModal(used, 'en'))).toContain('dryrun uses it');
      await writeFile(file, '');
      expect(await beside.plan(bench.target)).toMatchObject({ kind: 'plan' });
    } finally {
      await Promise.all([writeFile(path, content), rm(file)]);
    }
  });

  test('never run with the present program says so and asks; restored once by a second click', async () => {
    await keepAndConfirm(async () => 'another program');
    await runOther();
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
      everyTarget: [],
      knownGood: async () => {
        throw new Error('connect ECONNREFUSED');
      },
      memory: async () => ({ withdrawn: [], touched: undefined }),
    });
    expect(await away.plan(bench.target)).toEqual({ kind: 'database_away' });
  });
});

describe('previous model remembers', () => {
  test('what it has just taken away: the second press goes further back, and then says that there is no other', async () => {
    for (const name of ['first', 'second', 'third']) await confirm(name);
    await run('third');
    const third = await sha256Of(pathOf('live-1', 'third'));
    expect((await restore()).plan.replaced).toEqual([third]);
    expect(HOSTS.map(running)).toEqual(['second', 'second']);
    await restore();
    expect(HOSTS.map(running)).toEqual(['first', 'first']);
    const answer = await previousModel.plan(bench.target);
    expect(answer).toMatchObject({
      kind: 'withdrawn',
      model: { how: 'rolled_back', by: CAROL, target: 'live' },
    });
    const shown = JSON.stringify(previousModelModal(answer, 'en').blocks);
    expect(shown).toMatch(
      /no other model to go back to\. The model [0-9a-f]{12} was rolled back on live by carol/,
    );
  });

  test('no longer what a release has confirmed since', async () => {
    for (const name of ['first', 'second', 'third']) await confirm(name);
    await run('third');
    await restore();
    // An hour later than every release until now.
    seconds += 4_000;
    await confirm('third', 'third again');
    await confirm('fourth');
    await run('fourth');
    const answer = await previousModel.plan(bench.target);
    expect(answer).toMatchObject({
      kind: 'plan',
      plan: { hosts: [{ path: pathOf('live-1', 'third') }, {}] },
    });
    seconds -= 4_000;
  });

  test('a model whose release a halt has stopped: another one is restored', async () => {
    await confirm('first');
    const second = await sha256Of(pathOf('live-1', (await confirm('second'), 'second')));
    await writeRelease('halted', { model: second, touched: HOSTS });
    await confirm('third');
    await run('third');
    expect((await restore()).plan.hosts.map(({ path }) => path)).toEqual(
      HOSTS.map((host) => pathOf(host, 'first')),
    );
    expect(await selectWithdrawnModels(database.pool, FACTS.strategy)).toEqual(
      expect.arrayContaining([expect.objectContaining({ sha256: second, how: 'halted', by: CAROL })]),
    );
  });

  test('which hosts a canary’s release has touched: the others are left as they are', async () => {
    for (const name of ['second', 'third']) await confirm(name);
    // The third one was confirmed once, and is being released anew.
    await confirm('second', 'second-again');
    await run('second');
    await run('third', ['live-1']);
    const third = await sha256Of(pathOf('live-1', 'third'));
    await writeRelease('watching', { model: third, touched: ['live-1'] });
    const { plan, halt } = await restore();
    expect(plan.hosts.map(({ host }) => host)).toEqual(['live-1']);
    expect(halt).toMatchObject({ state: 'verified', hosts: [{ host: 'live-1' }] });
    expect(HOSTS.map(running)).toEqual(['second-again', 'second']);
    expect(await bench.restartsOf('live-2')).toBe(0);
  });

  test('goes past releases of settings to the last one with another model', async () => {
    await confirm('first');
    await confirm('second');
    await confirm('second', 'second, other settings');
    await run('second', HOSTS, 'second, other settings');
    expect((await restore()).plan.hosts.map(({ path }) => path)).toEqual(
      HOSTS.map((host) => pathOf(host, 'first')),
    );
  });

  test('counts a model that the next start would load: an environment that was written and not restarted', async () => {
    await confirm('first');
    await confirm('second');
    await run('second');
    await writeModel('third');
    const [, path] = bench.host('live-1').environmentFiles;
    const text = editEnvironmentFile(
      await readFile(path, 'utf8'),
      new Map([[MODEL_PATH, pathOf('live-1', 'third')]]),
    );
    await writeFile(path, text);
    const answer = await previousModel.plan(bench.target);
    expect(answer).toMatchObject({ kind: 'plan', plan: { hosts: [{ path: pathOf('live-1', 'second') }] } });
  });
});
