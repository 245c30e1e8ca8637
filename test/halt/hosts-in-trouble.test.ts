import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Halt } from '../../src/domain/halt.js';
import type { KillSwitchOptions } from '../../src/halt/kill-switch.js';
import { type Host, HostError, type ServiceStatus } from '../../src/hosts/host.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import { type Clock, systemClock } from '../../src/time/clock.js';
import { CAROL, createHaltingBench, FLAG, type HaltingBench } from './support/halting.js';

const run = promisify(execFile);
let bench: HaltingBench;

beforeAll(async () => {
  bench = await createHaltingBench();
});
afterAll(() => bench.close());
beforeEach(() => bench.begin());

const disable = () => bench.killSwitch().start({ target: bench.target, kind: 'disable', requestedBy: CAROL });
const hostIn = (halt: Halt, name: string) => halt.hosts.find(({ host }) => host === name);

/** The supervisor of a host: it answers for the service. */
async function supervisorPid(name: string): Promise<number> {
  const { stdout } = await run('pgrep', [
    '-f',
    `supervisor.js.*"workingFolder":"${bench.host(name).folder}"`,
  ]);
  return Number(stdout.trim().split('\n')[0]);
}

test('an environment file that cannot be written: the service is stopped instead, and that is said', async () => {
  const path = bench.host('live-1').environmentFiles[1];
  // A folder stands where the file should: no account can write through that, root neither.
  await rename(path, `${path}.away`);
  await mkdir(path);
  try {
    const halt = await disable().done;
    expect(halt.state).toBe('verified');
    expect(hostIn(halt, 'live-1')).toMatchObject({
      disk: 'failed',
      process: 'stopped',
      stop: 'done',
      stopBecause: 'not_on_disk',
    });
    expect(hostIn(halt, 'live-2')).toMatchObject({ disk: 'done', process: 'as_wanted', stop: 'none' });
  } finally {
    await rm(path, { recursive: true });
    await rename(`${path}.away`, path);
  }
});

/** live-1 with some of its calls answered otherwise; every other call, and live-2, are as they are. */
function withLive1(files: Partial<Host>, service: (real: Host['service']) => Partial<Host['service']>) {
  const hostOf: KillSwitchOptions['hostOf'] = (settings) => {
    const real = createHost(settings);
    if (settings.name !== 'live-1') return real;
    return derived(real, { ...files, service: derived(real.service, service(real.service)) });
  };
  return bench.killSwitch({ hostOf });
}

const derived = <T extends object>(real: T, more: Partial<T>): T =>
  new Proxy(real, {
    get(_target, name) {
      if (name in more) return Reflect.get(more, name);
      const value = Reflect.get(real, name);
      return typeof value === 'function' ? value.bind(real) : value;
    },
  });

const RUNNING: ServiceStatus = {
  activeState: 'active',
  subState: 'running',
  mainPid: 1,
  invocationId: 'a',
  restarts: 0,
  execMainStatus: 0,
  activeSince: undefined,
};

const refuse = async () => {
  throw new HostError('read_only', {
    code: 'host_failed',
    facts: { host: 'live-1', attempt: 'write_file', subject: '/opt/own.env', errno: 'EROFS' },
  });
};

test.each(['disable', 'stop'] as const)(
  'a file that reads and cannot be replaced: %s stops the service, again where the first stop failed',
  async (kind) => {
    let stops = 0;
    const killSwitch = withLive1({ replaceFile: refuse }, (real) => ({
      stop: async (options) => {
        stops += 1;
        if (stops === 1)
          throw new HostError('command_failed', { code: 'host_silent', facts: { host: 'live-1' } });
        await real.stop(options);
      },
    }));
    const halt = await killSwitch.start({ target: bench.target, kind, requestedBy: CAROL }).done;
    expect(stops).toBe(2);
    expect(hostIn(halt, 'live-1')).toMatchObject({ disk: 'failed', process: 'stopped', fault: null });
    expect(hostIn(halt, 'live-1')?.faultDetail).toMatchObject({
      code: 'host_failed',
      facts: { errno: 'EROFS' },
    });
    expect(halt.state).toBe('verified');
  },
);

test('a process that is still the old one is no proof, also where it shows the flag off', async () => {
  let pid = 4_242;
  const killSwitch = withLive1({}, (real) => ({
    status: async () => ({ ...RUNNING, activeState: pid === 0 ? 'inactive' : 'active', mainPid: pid }),
    restart: async () => {},
    stop: async (call) => {
      await real.stop(call);
      pid = 0;
    },
    processEnvironment: async () => new Map([[FLAG, 'false']]),
  }));
  const halt = await killSwitch.start({ target: bench.target, kind: 'disable', requestedBy: CAROL }).done;
  expect(hostIn(halt, 'live-1')).toMatchObject({ process: 'stopped', stopBecause: 'restart_ignored' });
  expect(halt.state).toBe('verified');
});

test('a host that does not answer: the others go on at once, it is named and caught up with later', async () => {
  const pid = await supervisorPid('live-2');
  process.kill(pid, 'SIGSTOP');
  try {
    const handle = disable();
    await new Promise<void>((resolve) => {
      handle.subscribe((halt) => {
        const isOff = hostIn(halt, 'live-1')?.process === 'as_wanted';
        if (isOff && hostIn(halt, 'live-2')?.fault === 'not_answering') resolve();
      });
    });
    expect(await readFile(bench.host('live-2').environmentFiles[1], 'utf8')).toContain(`${FLAG}=false\n`);
    expect(dirname(bench.host('live-2').folder)).toBe(dirname(bench.host('live-1').folder));
    process.kill(pid, 'SIGCONT');
    const halt = await handle.done;
    expect(halt.state).toBe('verified');
    expect(hostIn(halt, 'live-2')?.process).toBe('as_wanted');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
});

test('a host that never answers: not verified, by name', async () => {
  const pid = await supervisorPid('live-2');
  process.kill(pid, 'SIGSTOP');
  try {
    const halt = await disable().done;
    expect(halt.state).toBe('not_verified');
    expect(hostIn(halt, 'live-2')).toMatchObject({ disk: 'done', fault: 'not_answering' });
    expect(hostIn(halt, 'live-1')).toMatchObject({ process: 'as_wanted', fault: null });
  } finally {
    process.kill(pid, 'SIGCONT');
  }
});

test('a host that cannot even be set up: the others are halted all the same', async () => {
  const hostOf: KillSwitchOptions['hostOf'] = (settings) => {
    if (settings.name === 'live-1') throw new Error('no folder takes the connections of ssh');
    return createHost(settings);
  };
  const handle = bench.killSwitch({ hostOf }).start({
    target: bench.target,
    kind: 'disable',
    requestedBy: CAROL,
  });
  await new Promise<void>((resolve) => {
    handle.subscribe((halt) => {
      if (hostIn(halt, 'live-2')?.process === 'as_wanted') resolve();
    });
  });
  const halt = await handle.done;
  expect(halt.state).toBe('not_verified');
  expect(hostIn(halt, 'live-1')).toMatchObject({ disk: 'failed', process: 'unknown' });
});

test('no program is started on any host before the files of every host are written', async () => {
  const acts: string[] = [];
  const hostOf: KillSwitchOptions['hostOf'] = (settings) => {
    const real = createHost(settings);
    return derived(real, {
      async replaceFile(...file) {
        // The other host is done long before.
        if (settings.name === 'live-1') await systemClock.sleep(60);
        await real.replaceFile(...file);
        acts.push('written');
      },
      service: derived(real.service, {
        status: (...call) => {
          acts.push('asked');
          return real.service.status(...call);
        },
      }),
    });
  };
  // No time-out is reached on a slow machine.
  const clock: Clock = {
    ...systemClock,
    sleep: (ms, signal) => systemClock.sleep(ms < 100 ? ms * 20 : ms, signal),
  };
  const { done } = bench.killSwitch({ hostOf, clock }).start({
    target: bench.target,
    kind: 'disable',
    requestedBy: CAROL,
  });
  expect((await done).state).toBe('verified');
  expect(acts.slice(0, 3)).toEqual(['written', 'written', 'asked']);
});
