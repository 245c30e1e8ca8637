import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { ReleaseRecord } from '../../../src/domain/release-record.js';
import { HostError, type ServiceManager } from '../../../src/hosts/host.js';
import { runDeadline } from '../../../src/release/engine/run-deadline.js';
import { systemClock } from '../../../src/time/clock.js';
import { createEngineSetting, NEVER, replacing, verbs } from './support/engine-setting.js';
import { PREFIX } from './support/release-plan.js';
import type { TestEngineOptions } from './support/test-engine.js';

const setting = createEngineSetting();

/** A deployed release that cannot be confirmed, with the canary's service as told from then on. */
async function deployed(
  methods: (service: ServiceManager) => Partial<ServiceManager>,
  more: Partial<TestEngineOptions> = {},
) {
  let isDeployed = false;
  const engine = setting.engine({
    // The last checkpoint fails, so that the release waits for its deadline.
    wrapJournal: (journal) => ({
      ...journal,
      async end(held, position, end, turn) {
        await journal.end(held, position, end, turn);
        if (position === 14) verdicts.checkpoint = 'NO_GO';
      },
    }),
    wrapHost: (host) =>
      host.name === 'live-1'
        ? replacing(host, {
            get service() {
              return isDeployed ? replacing(host.service, methods(host.service)) : host.service;
            },
          })
        : host,
    verdicts,
    ...more,
  });
  const releaseId = await setting.start();
  const release = await setting.carryOut(engine, releaseId);
  expect(release).toMatchObject({ state: 'watching', problem: { code: 'verdict_forbids' } });
  await setting.passDeadline(releaseId);
  isDeployed = true;
  const look = () => runDeadline(engine, releaseId, NEVER);
  const load = async () => {
    const found = await engine.journal.load(releaseId);
    if (found === undefined) throw new Error('The release is gone.');
    return found;
  };
  return { look, load };
}
const verdicts: { checkpoint: 'GO' | 'NO_GO' } = { checkpoint: 'GO' };
beforeEach(() => {
  verdicts.checkpoint = 'GO';
});

const disabling = ({ steps }: ReleaseRecord, host: string) =>
  steps.find((step) => step.kind === 'disable' && step.host === host);

test('the deadline is that of the database, also for a bot whose clock is an hour behind', async () => {
  let behindMs = 0;
  const clock = { ...systemClock, now: () => systemClock.now() - behindMs };
  const { look, load } = await deployed(() => ({}), { clock });
  behindMs = 3_600_000;
  expect(await look()).toEqual({ kind: 'rest' });
  expect(await load()).toMatchObject({ state: 'disabled', endedAt: expect.any(String) });
});

describe('a host that does not go off as it is told', () => {
  test('a restart that does nothing: the service is stopped, and that is said', async () => {
    const { look, load } = await deployed(() => ({ restart: async () => undefined }));
    expect(await look()).toEqual({ kind: 'rest' });
    const release = await load();
    expect(release).toMatchObject({ state: 'disabled', endedAt: expect.any(String) });
    expect(disabling(release, 'live-1')?.after).toEqual({ stopped: true });
    expect(disabling(release, 'live-2')?.after).toMatchObject({ stopped: false, pid: expect.any(Number) });
    expect(await setting.service(setting.canary).status()).toMatchObject({ mainPid: 0 });
    expect(await setting.running(setting.second, 'ENABLED')).toBe('false');
  });

  test('a new process that loads the strategy although its flag is off: the service is stopped', async () => {
    const { look, load } = await deployed((service) => ({
      async logs(options) {
        const lines = await service.logs(options);
        return [...lines, { at: new Date(), text: 'loaded lob-ml onnx model model_path=/m.onnx' }];
      },
    }));
    const before = await verbs(setting.canary);
    expect(await look()).toEqual({ kind: 'rest' });
    // Restarting it once more would load it once more.
    expect(await verbs(setting.canary)).toEqual([...before, 'restart', 'stop']);
    expect(disabling(await load(), 'live-1')?.after).toEqual({ stopped: true });
    expect(disabling(await load(), 'live-2')?.after).toMatchObject({ stopped: false });
    expect(await setting.service(setting.canary).status()).toMatchObject({ mainPid: 0 });
  });

  test('a process of before that lives on: the service is stopped, and it is not done while that one lives', async () => {
    const trader = spawn('sleep', ['600'], { env: { [`${PREFIX}ENABLED`]: 'true' }, stdio: 'ignore' });
    const gone = once(trader, 'exit');
    try {
      const { look, load } = await deployed((service) => ({
        processes: async (status, options) => [
          ...((await service.processes(status, options)) ?? []),
          trader.pid ?? 0,
        ],
      }));
      expect(await look()).toMatchObject({ kind: 'wait' });
      expect(disabling(await load(), 'live-1')).toMatchObject({
        state: 'running',
        problem: { code: 'not_off', facts: { host: 'live-1' } },
      });
      trader.kill('SIGKILL');
      await gone;
      expect(await look()).toEqual({ kind: 'rest' });
      expect(disabling(await load(), 'live-1')?.after).toEqual({ stopped: true });
    } finally {
      trader.kill('SIGKILL');
    }
  });

  test('a restart that comes later is waited for', async () => {
    const { look, load } = await deployed((service) => ({
      async restart() {
        void setTimeout(400).then(() => service.restart());
      },
    }));
    await look();
    const { mainPid } = await setting.service(setting.canary).status();
    expect(disabling(await load(), 'live-1')?.after).toEqual({ stopped: false, pid: mainPid });
    expect(await setting.running(setting.canary, 'ENABLED')).toBe('false');
  });

  test('a restart that a dead replica had sent is waited for, and not sent again', async () => {
    let late: Promise<void> | undefined;
    const { look, load } = await deployed((service) => ({
      async restart(options) {
        if (late !== undefined) return service.restart(options);
        late = setTimeout(400).then(() => service.restart());
        throw new Error('this replica is dead');
      },
    }));
    const before = await verbs(setting.canary);
    await expect(look()).rejects.toThrow('this replica is dead');
    expect(await look()).toEqual({ kind: 'rest' });
    await late;
    expect(disabling(await load(), 'live-1')?.state).toBe('done');
    expect(await verbs(setting.canary)).toEqual([...before, 'restart']);
  });

  test('neither restart nor stop: it is not done, it is said, and the other host is off', async () => {
    let isDeaf = true;
    const { look, load } = await deployed((service) => ({
      restart: async () => (isDeaf ? undefined : service.restart()),
      stop: async () => (isDeaf ? undefined : service.stop()),
    }));
    expect(await look()).toMatchObject({ kind: 'wait' });
    const release = await load();
    expect(release).toMatchObject({ state: 'disabled', endedAt: null });
    expect(disabling(release, 'live-1')).toMatchObject({
      state: 'running',
      problem: { code: 'not_off', facts: { host: 'live-1' } },
    });
    expect(disabling(release, 'live-2')?.state).toBe('done');
    isDeaf = false;
    expect(await look()).toEqual({ kind: 'rest' });
    expect(disabling(await load(), 'live-1')).toMatchObject({ state: 'done', problem: null });
  });

  test('one that does not answer is asked again, and why is said', async () => {
    let isAway = true;
    const away = async () => {
      if (isAway) throw new HostError('unreachable', { code: 'host_silent', facts: { host: 'live-1' } });
    };
    const { look, load } = await deployed((service) => ({
      status: async (options) => (await away()) ?? service.status(options),
    }));
    expect(await look()).toMatchObject({ kind: 'wait' });
    expect(disabling(await load(), 'live-1')).toMatchObject({
      state: 'pending',
      problem: { code: 'host_error', facts: { fault: 'host_silent' } },
    });
    isAway = false;
    expect(await look()).toEqual({ kind: 'rest' });
  });

  test('a service that somebody has stopped is not started', async () => {
    const { look, load } = await deployed(() => ({}));
    await setting.service(setting.canary).stop();
    const before = await verbs(setting.canary);
    expect(await look()).toEqual({ kind: 'rest' });
    expect(disabling(await load(), 'live-1')?.after).toEqual({ stopped: true });
    expect(await verbs(setting.canary)).toEqual(before);
    expect(await readFile(setting.canary.environmentFiles[1], 'utf8')).toContain(`${PREFIX}ENABLED=false`);
  });
});

test('a release that another replica takes in the same moment is turned off at the next look', async () => {
  let isTaken = false;
  const { look, load } = await deployed(() => ({}), {
    wrapJournal: (journal) => ({
      ...journal,
      async claim(releaseId, states) {
        const epoch = await journal.claim(releaseId, states);
        if (isTaken) await journal.claim(releaseId, states);
        return epoch;
      },
      async end(held, position, end, turn) {
        await journal.end(held, position, end, turn);
        if (position === 14) verdicts.checkpoint = 'NO_GO';
      },
    }),
  });
  isTaken = true;
  expect(await look()).toMatchObject({ kind: 'wait' });
  isTaken = false;
  expect(await look()).toEqual({ kind: 'rest' });
  expect(await load()).toMatchObject({ state: 'disabled', endedAt: expect.any(String) });
});

describe('a host whose state cannot be looked at', () => {
  const away = new HostError('command_failed', { code: 'host_silent', facts: { host: 'live-1' } });
  const fileOf = () => readFile(setting.canary.environmentFiles[1], 'utf8');

  test('is written and restarted all the same, once, and proved when it can be looked at', async () => {
    let isBlind = true;
    const { look, load } = await deployed((service) => ({
      status: async (options) => {
        if (isBlind) throw away;
        return service.status(options);
      },
    }));
    const before = await verbs(setting.canary);
    expect(await look()).toMatchObject({ kind: 'wait' });
    expect(await fileOf()).toContain(`${PREFIX}ENABLED=false\n`);
    expect(await verbs(setting.canary)).toEqual([...before, 'restart']);
    expect(await look()).toMatchObject({ kind: 'wait' });
    expect(await verbs(setting.canary)).toEqual([...before, 'restart']);
    expect(disabling(await load(), 'live-1')).toMatchObject({
      problem: { code: 'host_error', facts: { fault: 'host_silent' } },
    });
    isBlind = false;
    expect(await look()).toEqual({ kind: 'rest' });
    expect(disabling(await load(), 'live-1')?.after).toMatchObject({
      stopped: false,
      pid: expect.any(Number),
    });
    expect(await verbs(setting.canary)).toEqual([...before, 'restart']);
    expect(await setting.running(setting.canary, 'ENABLED')).toBe('false');
  });

  test('is written before a look that hangs comes to an end', async () => {
    let written: string | undefined;
    const { look } = await deployed((service) => ({
      status: async (options) => {
        // What the file says while the first look still hangs.
        written ??= await fileOf();
        return service.status(options);
      },
    }));
    await look();
    expect(written).toContain(`${PREFIX}ENABLED=false\n`);
  });

  test('a restart that is refused: the service is stopped', async () => {
    const { look, load } = await deployed(() => ({
      restart: async () => {
        throw new HostError(
          'command_failed',
          { code: 'host_silent', facts: { host: 'live-1' } },
          { exitCode: 1 },
        );
      },
    }));
    expect(await look()).toEqual({ kind: 'rest' });
    expect(disabling(await load(), 'live-1')?.after).toEqual({ stopped: true });
  });

  test('a file that cannot be read: the service is stopped', async () => {
    let isUnreadable = false;
    const { look, load } = await deployed(() => ({}), {
      wrapHost: (host) =>
        host.name !== 'live-1'
          ? host
          : replacing(host, {
              async readFile(path, options) {
                if (isUnreadable)
                  throw new HostError('permission_denied', {
                    code: 'host_silent',
                    facts: { host: 'live-1' },
                  });
                return host.readFile(path, options);
              },
            }),
    });
    isUnreadable = true;
    expect(await look()).toEqual({ kind: 'rest' });
    expect(disabling(await load(), 'live-1')?.after).toEqual({ stopped: true });
  });
});
