import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ServiceManager } from '../../src/hosts/host.js';
import { createLocalCommandRunner } from '../../src/hosts/local/local-command-runner.js';
import { createLocalProcessReader } from '../../src/hosts/local/local-process.js';
import { createCommandManager } from '../../src/hosts/managers/command-manager.js';
import { createProcessReader } from '../../src/hosts/managers/process-environment.js';
import { eventually } from '../sandbox/host/eventually.js';
import { createServiceProcess, type ServiceProcess } from '../support/service-process.js';

const runner = createLocalCommandRunner({ host: 'here' });
let service: ServiceProcess;
let manager: ServiceManager;

beforeEach(async () => {
  service = await createServiceProcess(await mkdtemp(join(tmpdir(), 'lobml-service-')));
  manager = createCommandManager(service.commands, { runner, processes: createProcessReader(runner) });
});

afterEach(async () => {
  await manager.stop();
  await rm(service.folder, { recursive: true });
});

/** The lines of the service's log once it has written one. */
async function firstLines(since: Date) {
  for (let attempt = 0; attempt < 200; attempt++) {
    const lines = await manager.logs({ since });
    if (lines.length > 0) return lines;
  }
  throw new Error('the service wrote nothing');
}

describe('a real process', () => {
  test('status, restart, stop', async () => {
    expect(await manager.status()).toMatchObject({
      activeState: 'inactive',
      mainPid: 0,
      activeSince: undefined,
    });
    await manager.restart();
    const first = await manager.status();
    expect(first).toMatchObject({ activeState: 'active', subState: 'running', restarts: 0 });
    expect(first.activeSince).toBeInstanceOf(Date);
    await manager.restart();
    const second = await manager.status();
    expect(second.mainPid).not.toBe(first.mainPid);
    expect(second.invocationId).not.toBe(first.invocationId);
    await manager.stop();
    expect(await manager.status()).toMatchObject({ activeState: 'inactive', mainPid: 0 });
  });

  test('the environment of the process, narrowed to the names asked for', async () => {
    await manager.restart();
    await firstLines(new Date(0));
    const { mainPid } = await manager.status();
    const environment = await manager.processEnvironment(mainPid, ['MODEL_PATH', 'ENABLED', 'ABSENT']);
    expect(Object.fromEntries(environment ?? [])).toEqual({ MODEL_PATH: '/models/a.onnx', ENABLED: 'true' });
    expect(await manager.processEnvironment(mainPid, ['ABSENT'])).toEqual(new Map());
    await manager.stop();
    expect((await manager.processEnvironment(mainPid, ['ENABLED']))?.get('ENABLED')).toBeUndefined();
    expect(await manager.processEnvironment(2 ** 30, ['ENABLED'])).toBeUndefined();
    expect(await manager.processEnvironment(0, ['ENABLED'])).toBeUndefined();
  });

  test('a process that has ended is told from one that lives, also where its entry still stands', async () => {
    await manager.restart();
    const { mainPid } = await manager.status();
    const readers = [createProcessReader(runner), createLocalProcessReader(runner)];
    for (const reader of readers) {
      expect(await reader.facts(mainPid)).toMatchObject({ isAlive: true, program: { isDeleted: false } });
      expect((await reader.facts(mainPid))?.ageMs).toBeLessThan(60_000);
      expect(await reader.facts(2 ** 22 + 1)).toMatchObject({ isAlive: false });
      expect(await reader.facts(0)).toMatchObject({ isAlive: false });
    }
    // `exec` leaves the shell's child to a program that never asks for it.
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [said] = await once(parent.stdout, 'data');
    const zombie = Number(String(said));
    process.kill(zombie, 'SIGKILL');
    for (const reader of readers) {
      await eventually('its end', async () => (await reader.facts(zombie))?.isAlive === false);
    }
    parent.kill('SIGKILL');
  });

  test('the environment by a configured command', async () => {
    const control = service.commands.status[0] ?? '';
    const own = createCommandManager(
      { ...service.commands, environ: [control, 'environ', '{pid}'] },
      { runner, processes: undefined },
    );
    await own.restart();
    await firstLines(new Date(0));
    const { mainPid } = await own.status();
    expect(await own.processEnvironment(mainPid, ['ENABLED'])).toEqual(new Map([['ENABLED', 'true']]));
  });

  test('log lines since a moment, also when the command answers with older ones', async () => {
    await manager.restart();
    const [line] = await firstLines(new Date(0));
    expect(line?.text).toBe('loaded lob-ml onnx model model_path=/models/a.onnx');
    const later = new Date((line?.at?.getTime() ?? 0) + 1);
    expect(await manager.logs({ since: later })).toEqual([]);
    await writeFile(
      join(service.folder, 'log'),
      `${await readFile(join(service.folder, 'log'), 'utf8')}no time\n`,
    );
    expect((await manager.logs({ since: new Date(0), limit: 1 })).map(({ text }) => text)).toEqual([
      'no time',
    ]);
  });
});

describe('faults', () => {
  const commands = {
    status: ['true'],
    restart: ['false'],
    stop: ['/no/such/program'],
    logs: ['cat', '/etc/hostname'],
  };
  const broken = createCommandManager(commands, { runner, processes: undefined });

  test('each has its code', async () => {
    await expect(broken.status()).rejects.toMatchObject({ name: 'HostError', code: 'unreadable_answer' });
    await expect(broken.restart()).rejects.toMatchObject({ code: 'command_failed', host: 'here' });
    await expect(broken.stop()).rejects.toMatchObject({ code: 'command_failed' });
    await expect(broken.processEnvironment(1, ['A'])).rejects.toMatchObject({ code: 'not_configured' });
  });

  test('a line without a time proves nothing when the command was not asked for new lines', async () => {
    expect(await broken.logs({ since: new Date(0) })).toEqual([]);
  });

  test('a command that hangs is ended', async () => {
    const hanging = createCommandManager(
      { ...commands, status: ['sleep', '60'] },
      { runner, processes: undefined },
    );
    await expect(hanging.status({ timeoutMs: 100 })).rejects.toMatchObject({ code: 'timeout' });
    await expect(hanging.status({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    const controller = new AbortController();
    const call = hanging.status({ signal: controller.signal });
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
  });
});
