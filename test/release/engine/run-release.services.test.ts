import { appendFile, copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { writeFault } from '../../../sandbox/host/faults.js';
import { editByHand } from '../../../sandbox/host/hand-edit.js';
import { setHostClock } from '../../../sandbox/host/host-time.js';
import type { TradingHost } from '../../../sandbox/host/service-commands.js';
import { createTradingSchema } from '../../../sandbox/host/trading-data/seed.js';
import { createTradingHosts, type TradingHosts } from '../../../sandbox/host/trading-host.js';
import { PROBE_KINDS } from '../../../src/checks/probe-kinds.js';
import type { ReleasePlan } from '../../../src/domain/release-plan.js';
import type { ReleaseRecord } from '../../../src/domain/release-record.js';
import { type Host, HostError } from '../../../src/hosts/host.js';
import { createHost } from '../../../src/hosts/kinds/create-host.js';
import { createReleaseAnswers } from '../../../src/release/engine/release-answers.js';
import type { ReleaseEngine } from '../../../src/release/engine/release-engine.js';
import { runDeadline } from '../../../src/release/engine/run-deadline.js';
import { runRelease } from '../../../src/release/engine/run-release.js';
import { releaseQueue } from '../../../src/release/release-jobs.js';
import { selectKnownGood } from '../../../src/release/store/known-good-store.js';
import { loadRunbook } from '../../../src/runbook/load-runbook.js';
import type { Runbook } from '../../../src/runbook/runbook.js';
import { createTransact } from '../../../src/store/transaction.js';
import { prepareWorkerSchema } from '../../../src/worker/worker-schema.js';
import { eventually } from '../../sandbox/host/eventually.js';
import { buildSandboxPrograms, type SandboxPrograms } from '../../sandbox/host/programs.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../../support/database.js';
import { NEW_VERSION, PREFIX, planFor, sha256Of } from './support/release-plan.js';
import { startRelease } from './support/start-release.js';
import { targetsOf, targetsText, type Waits } from './support/targets-of.js';
import { createTestEngine, type TestEngineOptions } from './support/test-engine.js';

const WAITS: Waits = { checkpointMinutes: [0.002, 0.004], confirmMinutes: 5 };
const CAROL = { id: 'U0CAROL', name: 'carol', surface: 'slack' } as const;

let programs: SandboxPrograms;
let runbook: Runbook;
let tradingDatabase: TestDatabase;
let database: TestDatabase;
let folder: string;
let trading: TradingHosts;
let hosts: readonly TradingHost[];

beforeAll(async () => {
  programs = await buildSandboxPrograms();
  runbook = await loadRunbook('runbooks/crypto_lob_ml/runbook.yaml', PROBE_KINDS);
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
  folder = await mkdtemp(join(tmpdir(), 'engine-'));
  trading = await createTradingHosts({
    folder,
    databaseUrl: tradingDatabase.url,
    hosts: ['live-1', 'live-2'],
    restartDelayMs: 200,
    entryEveryMs: 1_000,
    programsFolder: programs.folder,
  });
  hosts = trading.hosts;
});

afterEach(async () => {
  await trading.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

const engineWith = (more: Partial<TestEngineOptions> = {}): ReleaseEngine =>
  createTestEngine({
    pool: database.pool,
    targets: targetsOf(targetsText(trading, WAITS)),
    runbook,
    ...more,
  });

const NEVER = { stopping: new AbortController().signal, lost: new AbortController().signal };

/** What the worker does with the answers of the engine, without its timers. */
async function carryOut(engine: ReleaseEngine, releaseId: string): Promise<ReleaseRecord> {
  return eventually(
    'the end of the looks',
    async () => {
      const result = await runRelease(engine, releaseId, NEVER);
      if (result.kind === 'wait') {
        await new Promise((resolve) =>
          setTimeout(resolve, Math.min(200, result.until.getTime() - Date.now())),
        );
        return undefined;
      }
      return engine.journal.load(releaseId);
    },
    20_000,
  );
}

async function verbs(host: TradingHost): Promise<string[]> {
  const lines = (await readFile(host.appliedStepsPath, 'utf8').catch(() => '')).trim().split('\n');
  return lines.filter((line) => line !== '').map((line) => (JSON.parse(line) as { verb: string }).verb);
}

const environmentOf = (host: TradingHost) => readFile(host.environmentFiles[1], 'utf8');
const [canary, second] = [() => host(0), () => host(1)];
function host(index: number): TradingHost {
  const found = hosts[index];
  if (found === undefined) throw new Error('There is no such host.');
  return found;
}
const states = (release: ReleaseRecord) =>
  release.steps.map(({ kind, host: name, state }) => `${kind}${name === null ? '' : ` ${name}`}: ${state}`);

async function start(plan?: ReleasePlan, kind?: 'ordinary' | 'break_glass'): Promise<string> {
  return startRelease(database, plan ?? (await planFor(trading, hosts, 'live')), WAITS, kind);
}

describe('a release that goes well', () => {
  test('goes over the canary to every host, is confirmed, and becomes the known-good release', async () => {
    const releaseId = await start();
    const release = await carryOut(engineWith(), releaseId);
    expect(release).toMatchObject({ state: 'confirmed', problem: null, endedAt: expect.any(String) });
    expect(new Set(release.steps.map(({ state }) => state))).toEqual(new Set(['done']));
    const order = release.steps.map(({ kind, host: name }) => `${kind} ${name ?? ''}`.trim());
    expect(order.indexOf('checkpoint live-1')).toBeLessThan(order.indexOf('stage_model live-2'));
    for (const each of hosts) {
      expect(await verbs(each)).toEqual(['restart']);
      expect(await environmentOf(each)).toContain(`${PREFIX}MODEL_VERSION=${NEW_VERSION}`);
    }
    const [known] = await selectKnownGood(database.pool, { strategy: 'crypto_lob_ml', target: 'live' });
    expect(known?.releaseId).toBe(releaseId);
    const model = known?.hosts[0]?.model;
    expect(await sha256Of(model?.keptPath ?? '')).toBe(release.plan.model?.sha256);
    expect(known?.hosts[0]?.variables[`${PREFIX}MODEL_VERSION`]).toBe(NEW_VERSION);
    expect(Object.keys(known?.hosts[0]?.concealed ?? {})).toEqual(
      expect.arrayContaining(['POLYMARKET_PRIVATE_KEY']),
    );
    const { rows } = await database.pool.query('SELECT * FROM lobml.locks');
    expect(rows).toEqual([]);
  });

  test.each([-2, 30])('proves a good start on a host whose clock is %s s ahead', async (aheadSecs) => {
    for (const { clockPath } of hosts) setHostClock(clockPath, aheadSecs);
    const release = await carryOut(engineWith(), await start());
    expect(release).toMatchObject({ state: 'confirmed', problem: null });
    const proof = release.steps.find(({ kind }) => kind === 'prove_start')?.after;
    // By the bot's clock.
    expect(Math.abs(Date.parse(String(proof?.['provedAt'])) - Date.now())).toBeLessThan(20_000);
  });

  test('a second look after the end changes nothing', async () => {
    const releaseId = await start();
    const engine = engineWith();
    const before = await carryOut(engine, releaseId);
    expect(await carryOut(engine, releaseId)).toEqual(before);
    expect(await runDeadline(engine, releaseId, NEVER)).toEqual({ kind: 'rest' });
  });
});

describe('before anything is touched', () => {
  test.each<[string, Partial<TestEngineOptions>, string]>([
    ['a verdict that forbids', { verdicts: { planned: 'NO_GO' } }, 'verdict_forbids'],
    ['a verdict that is unknown', { verdicts: { planned: 'HOLD' } }, 'verdict_forbids'],
    ['another content', { changes: [{ part: 'runbook', before: 'a', after: 'b' }] }, 'content_changed'],
  ])('%s cancels it', async (_title, more, code) => {
    const release = await carryOut(engineWith(more), await start());
    expect(release).toMatchObject({ state: 'cancelled', problem: { code } });
    expect(await verbs(canary())).toEqual([]);
  });

  test.each(['ordinary', 'break_glass'] as const)('a person’s lock keeps it away: %s', async (kind) => {
    const now = new Date();
    await database.pool.query(
      `INSERT INTO lobml.locks (strategy, target, kind, holder, reason, taken_at)
       VALUES ('crypto_lob_ml', 'live', 'person', $1, 'inventory', $2)`,
      [JSON.stringify(CAROL), now],
    );
    const release = await carryOut(engineWith(), await start(undefined, kind));
    expect(release).toMatchObject({
      state: 'cancelled',
      problem: {
        code: 'target_locked',
        facts: { by: 'carol', reason: 'inventory', since: now.toISOString() },
      },
    });
  });

  test('an environment file that somebody edited since the plan is not written', async () => {
    const releaseId = await start();
    editByHand(canary().environmentFiles[1], 'EXIT_MODE', 'settle_only');
    const release = await carryOut(engineWith(), releaseId);
    expect(release).toMatchObject({ state: 'cancelled', problem: { code: 'changed_since_plan' } });
    expect(await environmentOf(canary())).toContain('EXIT_MODE=settle_only');
    expect(await environmentOf(canary())).not.toContain(NEW_VERSION);
    expect(await verbs(canary())).toEqual([]);
  });
});

describe('a start that fails fast', () => {
  test('puts environment and artefacts back at once, restarts, and quotes the log', async () => {
    const before = await environmentOf(canary());
    const binary = await sha256Of(canary().binaryPath);
    const plan = await planFor(trading, hosts, 'live');
    const [first, ...others] = plan.hosts;
    if (first === undefined) throw new Error('There is no canary.');
    const broken = {
      ...first,
      changes: [{ variable: `${PREFIX}MODEL_TYPE`, before: 'onnx', after: 'lightgbm' }],
    };
    const release = await carryOut(engineWith(), await start({ ...plan, hosts: [broken, ...others] }));
    expect(release).toMatchObject({ state: 'reverted', problem: { code: 'failed_fast' } });
    expect(release.problem?.quotes?.join('\n')).toContain('unsupported model_type');
    expect(await environmentOf(canary())).toBe(before);
    expect(await sha256Of(canary().binaryPath)).toBe(binary);
    expect(await sha256Of(join(canary().modelsFolder, 'lob_tcn_5m_v4.onnx'))).toBe('');
    expect(await verbs(canary())).toEqual(['restart', 'stop', 'restart']);
    expect(await verbs(second())).toEqual([]);
    expect(states(release)).toContain('stage_model live-2: skipped');
    expect(states(release)).toContain('revert live-1: done');
  });

  test('on a later host takes every host back', async () => {
    const releaseId = await start();
    writeFault(second().faultsPath, 'restart_loop', true);
    const engine = engineWith({ verdicts: {} });
    const looking = carryOut(engine, releaseId);
    // The fault is of the new start only: the state of before comes up again.
    await eventually(
      'the failure of the second host',
      async () => {
        const release = await engine.journal.load(releaseId);
        return release?.steps.some(({ kind }) => kind === 'revert');
      },
      60_000,
    );
    writeFault(second().faultsPath, 'restart_loop', false);
    const release = await looking;
    expect(release).toMatchObject({
      state: 'reverted',
      problem: { code: 'failed_fast', facts: { host: 'live-2' } },
    });
    for (const each of hosts) {
      expect(await environmentOf(each)).toContain(`${PREFIX}MODEL_VERSION=lob-tcn-5m-v3`);
      expect(await verbs(each)).toEqual(['restart', 'stop', 'restart']);
    }
  });
});

describe('checkpoints', () => {
  test('a NO-GO on the canary takes it back, and no other host is touched', async () => {
    const release = await carryOut(engineWith({ verdicts: { checkpoint: 'NO_GO' } }), await start());
    expect(release).toMatchObject({ state: 'reverted', problem: { code: 'verdict_forbids' } });
    expect(await verbs(second())).toEqual([]);
  });

  test('a HOLD is asked again until it is known', async () => {
    const verdicts: { checkpoint: 'HOLD' | 'GO' } = { checkpoint: 'HOLD' };
    const engine = engineWith({ verdicts });
    const releaseId = await start();
    const looking = carryOut(engine, releaseId);
    await eventually(
      'two attempts',
      async () => {
        const release = await engine.journal.load(releaseId);
        return release?.steps.some(({ kind, attempts }) => kind === 'checkpoint' && attempts > 1);
      },
      15_000,
    );
    verdicts.checkpoint = 'GO';
    expect((await looking).state).toBe('confirmed');
  });
});

const answers = () =>
  createReleaseAnswers({
    database: database.pool,
    transact: createTransact(async () => database.pool),
    queue: releaseQueue,
    subjectChanged: async () => undefined,
    recordEvent: async () => undefined,
    now: () => new Date(),
  });

/** Does something just after the step at that position was recorded as done. */
const afterStep = (position: number, act: () => Promise<void> | void): Partial<TestEngineOptions> => ({
  wrapJournal: (journal) => ({
    ...journal,
    async end(held, at, end, turn) {
      await journal.end(held, at, end, turn);
      if (at === position && end.state === 'done') await act();
    },
  }),
});
// lock, precheck, compare_digest, five steps of the canary, its checkpoint, five of the second host, two checkpoints
const [WRITTEN, CANARY_PROVED, LAST_CHECKPOINT] = [5, 7, 15];

async function passDeadline(releaseId: string): Promise<void> {
  await database.pool.query(
    `UPDATE lobml.releases SET confirm_by = now() - interval '1 second' WHERE release_id = $1`,
    [releaseId],
  );
}

async function flagOf({ name }: TradingHost): Promise<string | undefined> {
  const settings = targetsOf(targetsText(trading, WAITS))
    .targets.get('live')
    ?.hosts.find((each) => each.name === name);
  if (settings === undefined) throw new Error(`There is no ${name}.`);
  const { service } = createHost(settings);
  const { mainPid } = await service.status();
  return (await service.processEnvironment(mainPid, [`${PREFIX}ENABLED`]))?.get(`${PREFIX}ENABLED`);
}

describe('commit-confirm', () => {
  test('a host that differs is NO-GO by name; the deadline then turns every host off, once', async () => {
    const edit = () => void editByHand(second().environmentFiles[1], 'MODEL_VERSION', 'by-hand');
    const engine = engineWith(afterStep(LAST_CHECKPOINT, edit));
    const releaseId = await start();
    const watching = await carryOut(engine, releaseId);
    expect(watching).toMatchObject({ state: 'watching', problem: { code: 'hosts_differ' }, endedAt: null });
    expect(watching.problem?.facts.differences).toEqual([
      `live-2: ${PREFIX}MODEL_VERSION by-hand ≠ ${NEW_VERSION}`,
    ]);
    expect(await runDeadline(engine, releaseId, NEVER)).toMatchObject({ kind: 'wait' });
    await passDeadline(releaseId);
    expect(await runDeadline(engine, releaseId, NEVER)).toEqual({ kind: 'rest' });
    expect(await engine.journal.load(releaseId)).toMatchObject({
      state: 'disabled',
      endedAt: expect.any(String),
    });
    for (const each of hosts) {
      expect(await environmentOf(each)).toContain(`${PREFIX}ENABLED=false`);
      expect(await flagOf(each)).toBe('false');
      expect(await verbs(each)).toEqual(['restart', 'restart']);
    }
    await runDeadline(engine, releaseId, NEVER);
    expect(await verbs(canary())).toEqual(['restart', 'restart']);
  });

  test('a deadline that passed before anything was touched only ends the release', async () => {
    const engine = engineWith();
    const releaseId = await start();
    await passDeadline(releaseId);
    await runDeadline(engine, releaseId, NEVER);
    expect(await engine.journal.load(releaseId)).toMatchObject({ state: 'cancelled' });
    expect(await environmentOf(canary())).toContain(`${PREFIX}ENABLED=true`);
    expect(await verbs(canary())).toEqual([]);
  });
});

describe('cancelling', () => {
  test('before anything was touched', async () => {
    const releaseId = await start();
    expect(await answers().cancel(releaseId, CAROL, 'wrong model')).toBe(true);
    expect(await answers().cancel(releaseId, CAROL, 'again')).toBe(false);
    const release = await carryOut(engineWith(), releaseId);
    expect(release).toMatchObject({
      state: 'cancelled',
      problem: { code: 'cancelled_by_person', facts: { by: 'carol', reason: 'wrong model' } },
    });
    expect(await verbs(canary())).toEqual([]);
  });

  test.each([
    ['after the environment was written: without a restart', WRITTEN, [], []],
    ['after the canary was proved', CANARY_PROVED, ['restart', 'stop', 'restart'], []],
    ['while all hosts are watched', 14, ['restart', 'stop', 'restart'], ['restart', 'stop', 'restart']],
  ])('%s, what was changed is put back', async (_title, position, ofCanary, ofSecond) => {
    const before = await Promise.all(hosts.map(environmentOf));
    let releaseId = '';
    const cancel = async () => void (await answers().cancel(releaseId, CAROL, 'stop it'));
    const engine = engineWith(afterStep(position, cancel));
    releaseId = await start();
    const release = await carryOut(engine, releaseId);
    expect(release).toMatchObject({ state: 'cancelled', endedAt: expect.any(String) });
    expect(await Promise.all(hosts.map(environmentOf))).toEqual(before);
    expect(await verbs(canary())).toEqual(ofCanary);
    expect(await verbs(second())).toEqual(ofSecond);
  });
});

describe('a halt', () => {
  const halt = (releaseId: string) =>
    database.pool.query(`UPDATE lobml.releases SET state = 'halted' WHERE release_id = $1`, [releaseId]);

  test('before a step begins: the step does not act, and the release lets go', async () => {
    const engine = engineWith(afterStep(4, async () => void (await halt(releaseId))));
    const releaseId = await start();
    const release = await carryOut(engine, releaseId);
    expect(release).toMatchObject({ state: 'halted', endedAt: expect.any(String) });
    expect(await environmentOf(canary())).not.toContain(NEW_VERSION);
    expect(await verbs(canary())).toEqual([]);
  });

  test('between the look and the write: the halt’s flag stays', async () => {
    let releaseId = '';
    const engine = engineWith({
      wrapHost: (target) =>
        wrapped(target, {
          async replaceFile(path, bytes, options) {
            await halt(releaseId);
            editByHand(canary().environmentFiles[1], 'ENABLED', 'false');
            await target.replaceFile(path, bytes, options);
          },
        }),
    });
    releaseId = await start();
    const release = await carryOut(engine, releaseId);
    expect(release.state).toBe('halted');
    expect(await environmentOf(canary())).toContain(`${PREFIX}ENABLED=false`);
    expect(await environmentOf(canary())).not.toContain(NEW_VERSION);
  });
});

test('a step whose effect nobody can tell asks a person, and goes on as told', async () => {
  const engine = engineWith({
    wrapHost: (target) =>
      wrapped(target, {
        async installFile(localPath, path, options) {
          await target.installFile(localPath, path, options);
          if (target.name !== 'live-1' || !path.endsWith('ploy')) return;
          await appendFile(path, '# cut off');
          throw new HostError('timeout', { code: 'host_silent', facts: { host: target.name } });
        },
      }),
  });
  const releaseId = await start();
  const waiting = await carryOut(engine, releaseId);
  expect(waiting).toMatchObject({
    state: 'needs_person',
    problem: { code: 'effect_unclear', facts: { host: 'live-1', what: canary().binaryPath } },
  });
  await copyFile(join(trading.stagingFolder, 'ploy-0.9.4'), canary().binaryPath);
  expect(await answers().looked(releaseId, CAROL)).toBe(true);
  expect((await carryOut(engine, releaseId)).state).toBe('confirmed');
});

/** A host with some of its methods replaced; the others work as before. */
function wrapped(target: Host, methods: Partial<Host>): Host {
  return new Proxy(target, {
    get(host, name: keyof Host) {
      const value = methods[name] ?? host[name];
      return typeof value === 'function' ? value.bind(host) : value;
    },
  });
}
