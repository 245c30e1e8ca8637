import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { editByHand, writtenValue } from '../../../sandbox/host/hand-edit.js';
import { newHalt, newHostHalt } from '../../../src/domain/halt.js';
import type { ReleasePlan } from '../../../src/domain/release-plan.js';
import type { ReleaseRecord } from '../../../src/domain/release-record.js';
import { cancelReleases } from '../../../src/halt/cancel-releases.js';
import { type Host, HostError } from '../../../src/hosts/host.js';
import { createReleaseAnswers } from '../../../src/release/engine/release-answers.js';
import type { ReleaseEngine } from '../../../src/release/engine/release-engine.js';
import { runDeadline } from '../../../src/release/engine/run-deadline.js';
import { runRelease } from '../../../src/release/engine/run-release.js';
import type { ReleaseEvent } from '../../../src/release/release-context.js';
import { releaseQueue } from '../../../src/release/release-jobs.js';
import { selectLiveReleaseId } from '../../../src/release/store/releases.js';
import type { Targets } from '../../../src/runbook/targets.js';
import { createTransact } from '../../../src/store/transaction.js';
import { createEngineSetting, NEVER, replacing } from './support/engine-setting.js';
import { NEW_VERSION, PREFIX } from './support/release-plan.js';
import type { TestEngineOptions } from './support/test-engine.js';

const setting = createEngineSetting();
const CAROL = { id: 'U0CAROL', name: 'carol', surface: 'slack' } as const;
const HALT_ID = '33333333-3333-4333-8333-333333333333';
const [CANARY_PROVED, CANARY_CHECKED, SECOND_PROVED] = [7, 8, 13];

const events: ReleaseEvent[] = [];
function answers() {
  events.length = 0;
  const { pool } = setting.database;
  return createReleaseAnswers({
    database: pool,
    transact: createTransact(async () => pool),
    queue: releaseQueue,
    subjectChanged: async () => undefined,
    recordEvent: async (event) => void events.push(event),
    now: () => new Date(),
  });
}

/** Does something just after the step at that position was recorded. */
const afterStep = (position: number, act: () => void): Partial<TestEngineOptions> => ({
  wrapJournal: (journal) => ({
    ...journal,
    async end(held, at, end, turn) {
      await journal.end(held, at, end, turn);
      if (at === position) act();
    },
  }),
});

/** A host that is there, until it is gone for good. */
function mortal(name: string) {
  let isGone = false;
  const gone = () => {
    throw new HostError('unreachable', { code: 'host_silent', facts: { host: name } });
  };
  const guarded = (target: Host): Host =>
    new Proxy(target, {
      get(object, key: string) {
        const value = Reflect.get(object, key);
        if (key === 'service') return guarded(value);
        if (typeof value !== 'function') return value;
        return async (...words: unknown[]) => (isGone ? gone() : value.apply(object, words));
      },
    });
  return {
    wrapHost: (host: Host) => (host.name === name ? guarded(host) : host),
    die: () => {
      isGone = true;
    },
  };
}

/** Looks until the release waits for something that does not come by itself. */
async function untilWaiting(
  engine: ReleaseEngine,
  releaseId: string,
  isThere: (release: ReleaseRecord) => boolean,
) {
  for (;;) {
    await runRelease(engine, releaseId, NEVER);
    const release = await engine.journal.load(releaseId);
    if (release !== undefined && isThere(release)) return release;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function load(engine: ReleaseEngine, releaseId: string): Promise<ReleaseRecord> {
  const release = await engine.journal.load(releaseId);
  if (release === undefined) throw new Error('The release is gone.');
  return release;
}

const stepOf = ({ steps }: ReleaseRecord, kind: string, host: string) =>
  steps.findLast((step) => step.kind === kind && step.host === host);

/** What keeps the next release away. */
async function whatHolds(): Promise<readonly string[]> {
  const { pool } = setting.database;
  const locks = await pool.query('SELECT kind FROM lobml.locks');
  const requests = await pool.query(
    `SELECT state FROM lobml.release_requests WHERE state IN ('open', 'approved', 'executing')`,
  );
  const live = await selectLiveReleaseId(pool, 'crypto_lob_ml', 'live');
  return [
    ...locks.rows.map(() => 'lock'),
    ...requests.rows.map(() => 'request'),
    ...(live ? ['release'] : []),
  ];
}

const version = (path: string) => writtenValue(path, 'MODEL_VERSION');

/** The targets file after a host, or the whole target, was taken out of it. */
function without(host: string | undefined): Targets {
  const targets = setting.targets();
  const live = targets.targets.get('live');
  if (live === undefined) throw new Error('There is no target.');
  const hosts = live.hosts.filter(({ name }) => name !== host);
  return { ...targets, targets: new Map(host === undefined ? [] : [['live', { ...live, hosts }]]) };
}

/** A release past its deadline, one host of which is gone. */
async function turningOff() {
  const { wrapHost, die } = mortal('live-2');
  const verdicts = { checkpoint: 'GO' as 'GO' | 'NO_GO' };
  const engine = setting.engine({
    wrapHost,
    verdicts,
    ...afterStep(SECOND_PROVED, () => {
      verdicts.checkpoint = 'NO_GO';
      die();
    }),
  });
  const releaseId = await setting.start();
  expect((await setting.carryOut(engine, releaseId)).state).toBe('watching');
  await setting.passDeadline(releaseId);
  expect(await runDeadline(engine, releaseId, NEVER)).toMatchObject({ kind: 'wait' });
  const release = await load(engine, releaseId);
  expect(stepOf(release, 'disable', 'live-1')?.state).toBe('done');
  expect(release).toMatchObject({ state: 'disabled', endedAt: null });
  expect(await whatHolds()).toEqual(['lock', 'request']);
  return { engine, releaseId };
}

describe('a release past its deadline, one host of which is gone for good', () => {
  test('ends when that host is given up: the others are off, and nothing holds the target any more', async () => {
    const { engine, releaseId } = await turningOff();
    expect(await answers().giveUp(releaseId, 'live-3', CAROL, 'no such host')).toBe(false);
    expect(await answers().giveUp(releaseId, 'live-2', CAROL, 'burnt down')).toBe(true);
    expect(events).toMatchObject([
      { kind: 'release.host_given_up', actor: CAROL, details: { host: 'live-2', reason: 'burnt down' } },
    ]);
    expect(await answers().giveUp(releaseId, 'live-2', CAROL, 'again')).toBe(false);
    expect(await runDeadline(engine, releaseId, NEVER)).toEqual({ kind: 'rest' });
    const release = await load(engine, releaseId);
    expect(release).toMatchObject({
      state: 'disabled',
      endedAt: expect.any(String),
      givenUp: [{ host: 'live-2', by: CAROL, reason: 'burnt down' }],
    });
    expect(stepOf(release, 'disable', 'live-2')?.state).toBe('skipped');
    expect(await whatHolds()).toEqual([]);
    expect(writtenValue(setting.canary.environmentFiles[1], 'ENABLED')).toBe('false');
  });

  test('ends with a halt: it frees lock and request', async () => {
    const { engine, releaseId } = await turningOff();
    const { pool } = setting.database;
    const halt = newHalt({
      haltId: HALT_ID,
      strategy: 'crypto_lob_ml',
      target: 'live',
      kind: 'disable',
      wanted: {},
      wantedOf: {},
      requestedBy: CAROL,
      requestedAt: new Date().toISOString(),
      reason: null,
      hosts: [newHostHalt('live-1')],
    });
    const parts = {
      transact: createTransact(async () => pool),
      queue: releaseQueue,
      subjectChanged: async () => undefined,
    };
    expect(await cancelReleases(parts, halt)).toMatchObject({ releaseId, requests: 1 });
    expect(await whatHolds()).toEqual([]);
    await runRelease(engine, releaseId, NEVER);
    expect(await load(engine, releaseId)).toMatchObject({ state: 'halted', endedAt: expect.any(String) });
    expect(await runDeadline(engine, releaseId, NEVER)).toEqual({ kind: 'rest' });
  });

  test('ends when that host has left the targets file', async () => {
    const { releaseId } = await turningOff();
    const later = setting.engine({ targets: without('live-2') });
    expect(await runDeadline(later, releaseId, NEVER)).toEqual({ kind: 'rest' });
    const release = await load(later, releaseId);
    expect(release).toMatchObject({ state: 'disabled', endedAt: expect.any(String) });
    expect(release.givenUp).toMatchObject([{ host: 'live-2', by: { id: 'lobml' } }]);
    expect(await whatHolds()).toEqual([]);
  });

  test('ends when the whole target has left the targets file', async () => {
    const { releaseId } = await turningOff();
    const later = setting.engine({ targets: without(undefined) });
    expect(await runDeadline(later, releaseId, NEVER)).toEqual({ kind: 'rest' });
    expect(await load(later, releaseId)).toMatchObject({ endedAt: expect.any(String) });
    expect(await whatHolds()).toEqual([]);
  });
});

test('a deadline turns off what the release has touched, and leaves the other hosts as they are', async () => {
  const verdicts = { checkpoint: 'HOLD' as const };
  const engine = setting.engine({ verdicts });
  const releaseId = await setting.start();
  await untilWaiting(engine, releaseId, ({ steps }) => (steps[CANARY_CHECKED]?.attempts ?? 0) > 0);
  const { mainPid } = await setting.service(setting.second).status();
  await setting.passDeadline(releaseId);
  expect(await runDeadline(engine, releaseId, NEVER)).toEqual({ kind: 'rest' });
  const release = await load(engine, releaseId);
  expect(release.steps.filter(({ kind }) => kind === 'disable').map(({ host }) => host)).toEqual(['live-1']);
  expect(writtenValue(setting.canary.environmentFiles[1], 'ENABLED')).toBe('false');
  expect(writtenValue(setting.second.environmentFiles[1], 'ENABLED')).toBe('true');
  expect((await setting.service(setting.second).status()).mainPid).toBe(mainPid);
});

describe('a host that is gone while the release is under way', () => {
  test('given up after the canary, the others are confirmed without it', async () => {
    const { wrapHost, die } = mortal('live-2');
    const engine = setting.engine({ wrapHost, ...afterStep(SECOND_PROVED, die) });
    const releaseId = await setting.start();
    const isWaiting = ({ steps }: ReleaseRecord) =>
      steps.some(({ kind, problem }) => kind === 'converge' && problem !== null);
    const waiting = await untilWaiting(engine, releaseId, isWaiting);
    expect(waiting.state).toBe('watching');
    expect(await answers().giveUp(releaseId, 'live-2', CAROL, 'burnt down')).toBe(true);
    expect(await setting.carryOut(engine, releaseId)).toMatchObject({ state: 'confirmed' });
    const { rows } = await setting.database.pool.query('SELECT hosts FROM lobml.known_good_releases');
    expect(rows[0]?.hosts.map(({ host }: { host: string }) => host)).toEqual(['live-1']);
  });

  test('given up as the canary, no other host is touched', async () => {
    const { wrapHost, die } = mortal('live-1');
    const engine = setting.engine({ wrapHost, ...afterStep(CANARY_PROVED - 2, die) });
    const releaseId = await setting.start();
    const isAway = ({ steps }: ReleaseRecord) => steps.some(({ problem }) => problem?.code === 'host_error');
    await untilWaiting(engine, releaseId, isAway);
    expect(await answers().giveUp(releaseId, 'live-1', CAROL, 'burnt down')).toBe(true);
    const release = await setting.carryOut(engine, releaseId);
    expect(release).toMatchObject({ state: 'cancelled', endedAt: expect.any(String) });
    expect(version(setting.second.environmentFiles[1])).not.toBe(NEW_VERSION);
    expect(await whatHolds()).toEqual([]);
  });

  test('given up while it is put back, the others are as before, and it ends', async () => {
    const { wrapHost, die } = mortal('live-2');
    const engine = setting.engine({
      wrapHost,
      ...afterStep(SECOND_PROVED, die),
    });
    const releaseId = await setting.start(await failingPlan(1));
    const isPutBack = (release: ReleaseRecord) => stepOf(release, 'revert', 'live-1')?.state === 'done';
    await untilWaiting(engine, releaseId, isPutBack);
    expect((await load(engine, releaseId)).endedAt).toBeNull();
    await answers().giveUp(releaseId, 'live-2', CAROL, 'burnt down');
    expect(await setting.carryOut(engine, releaseId)).toMatchObject({
      state: 'reverted',
      problem: { code: 'failed_fast' },
    });
    expect(await whatHolds()).toEqual([]);
  });

  test('has left the targets file: its part is over, and the release goes on', async () => {
    const { wrapHost, die } = mortal('live-2');
    const engine = setting.engine({ wrapHost, ...afterStep(SECOND_PROVED, die) });
    const releaseId = await setting.start();
    await untilWaiting(engine, releaseId, ({ steps }) =>
      steps.some(({ kind, problem }) => kind === 'converge' && problem !== null),
    );
    const later = setting.engine({ targets: without('live-2') });
    expect(await setting.carryOut(later, releaseId)).toMatchObject({ state: 'confirmed' });
  });
});

/** A plan under which the host at that index does not come up. */
async function failingPlan(index: number): Promise<ReleasePlan> {
  const plan = await setting.plan();
  const type = { variable: `${PREFIX}MODEL_TYPE`, before: 'onnx', after: 'lightgbm' };
  const hosts = plan.hosts.map((host, at) =>
    at === index ? { ...host, changes: [...host.changes, type] } : host,
  );
  return { ...plan, hosts };
}

describe('a host that was not put back', () => {
  /** The canary's service does not come up again, as long as it is broken. */
  async function notPutBack() {
    const broken = { isBroken: true };
    let isPuttingBack = false;
    const engine = setting.engine({
      wrapHost: (host) =>
        host.name !== 'live-1'
          ? host
          : replacing(host, {
              service: replacing(host.service, {
                async restart(options) {
                  await host.service.restart(options);
                  if (isPuttingBack && broken.isBroken) await host.service.stop(options);
                },
              }),
            }),
      ...afterStep(CANARY_PROVED, () => {
        isPuttingBack = true;
      }),
    });
    const releaseId = await setting.start(await failingPlan(0));
    const release = await setting.carryOut(engine, releaseId);
    expect(release).toMatchObject({ state: 'needs_person', problem: { code: 'failed_fast' } });
    expect(stepOf(release, 'revert', 'live-1')?.state).toBe('failed');
    return { engine, releaseId, broken };
  }

  test('is put back once more when somebody says so', async () => {
    const { engine, releaseId, broken } = await notPutBack();
    expect(await answers().retryPutBack(releaseId, CAROL)).toBe(true);
    expect(events).toMatchObject([{ kind: 'release.put_back_retried', actor: CAROL }]);
    expect(await setting.carryOut(engine, releaseId)).toMatchObject({ state: 'needs_person' });
    broken.isBroken = false;
    expect(await answers().retryPutBack(releaseId, CAROL)).toBe(true);
    expect(await setting.carryOut(engine, releaseId)).toMatchObject({
      state: 'reverted',
      problem: { code: 'failed_fast' },
    });
    expect(await answers().retryPutBack(releaseId, CAROL)).toBe(false);
    expect(await setting.running(setting.canary, 'MODEL_TYPE')).toBe('onnx');
  });

  test('is fine by a person’s word only where every host is seen to be as before', async () => {
    const { engine, releaseId } = await notPutBack();
    const look = async () => {
      expect(await answers().looked(releaseId, CAROL)).toBe(true);
      const release = await setting.carryOut(engine, releaseId);
      return { ...release, revert: stepOf(release, 'revert', 'live-1') };
    };
    const stopped = await look();
    expect(stopped).toMatchObject({
      state: 'needs_person',
      revert: {
        state: 'failed',
        answered: { by: CAROL, looked: 'differs' },
        problem: { code: 'hosts_differ' },
      },
    });
    expect(stopped.revert?.problem?.facts.differences).toEqual(['live-1: process — ≠ running']);

    editByHand(setting.canary.environmentFiles[1], 'EV_EXIT_BUFFER', '0.45');
    await setting.service(setting.canary).restart();
    const edited = await look();
    expect(JSON.stringify(edited.revert?.problem)).toContain(setting.canary.environmentFiles[1]);

    const backup = await readFile(`${setting.canary.environmentFiles[1]}.lobml-before`, 'utf8').catch(
      () => undefined,
    );
    expect(backup).toBeDefined();
    await writeFile(setting.canary.environmentFiles[1], backup ?? '');
    await setting.service(setting.canary).restart();
    // Another host that was touched by nobody's release is looked at as well.
    const other = await readFile(setting.second.environmentFiles[1], 'utf8');
    editByHand(setting.second.environmentFiles[1], 'EV_EXIT_BUFFER', '0.45');
    expect(JSON.stringify((await look()).revert?.problem)).toContain('live-2');
    await writeFile(setting.second.environmentFiles[1], other);

    expect(await look()).toMatchObject({
      state: 'reverted',
      endedAt: expect.any(String),
      revert: { state: 'done', problem: null, answered: { by: CAROL, looked: 'fine' } },
    });
    expect(events).toMatchObject([{ kind: 'release.looked_at', actor: CAROL }]);
    expect(await answers().looked(releaseId, CAROL)).toBe(false);
  });

  test('does not count as fine while its process restarts again and again', async () => {
    const { engine, releaseId } = await notPutBack();
    await setting.service(setting.canary).restart();
    let looks = 0;
    const loop = setting.engine({
      wrapHost: (host) =>
        replacing(host, {
          service: replacing(host.service, {
            async status(options) {
              const status = await host.service.status(options);
              looks += 1;
              return looks > 4 ? { ...status, mainPid: status.mainPid + 1 } : status;
            },
          }),
        }),
    });
    expect(await answers().looked(releaseId, CAROL)).toBe(true);
    const release = await setting.carryOut(loop, releaseId);
    expect(release.state).toBe('needs_person');
    expect(JSON.stringify(stepOf(release, 'revert', 'live-1')?.problem)).toContain('process restarts');
    expect(engine).toBeDefined();
  });

  test('is given up, and the release ends', async () => {
    const { engine, releaseId } = await notPutBack();
    expect(await answers().giveUp(releaseId, 'live-1', CAROL, 'its disk is broken')).toBe(true);
    expect(await setting.carryOut(engine, releaseId)).toMatchObject({ endedAt: expect.any(String) });
    expect(await whatHolds()).toEqual([]);
  });
});
