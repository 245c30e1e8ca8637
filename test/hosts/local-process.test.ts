import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CommandRunner } from '../../src/hosts/command-runner.js';
import { createLocalCommandRunner } from '../../src/hosts/local/local-command-runner.js';
import { createLocalProcessReader } from '../../src/hosts/local/local-process.js';
import { freezerFiles, saysFrozen } from '../../src/hosts/managers/frozen-group.js';
import { createProcessReader } from '../../src/hosts/managers/process-environment.js';

/** Says of everything that there is no such file, as the host's grep and stat do, and counts how often it is asked. */
function countingRunner(): CommandRunner & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    host: 'here',
    asked,
    async run([program = '']) {
      asked.push(program);
      return { exitCode: 2, stdout: Buffer.alloc(0), stderr: `${program}: No such file or directory` };
    },
  };
}

let child: ChildProcess;
const pid = () => child.pid ?? 0;

beforeAll(async () => {
  child = spawn('/bin/sleep', ['600'], {
    env: { ENABLED: 'true', NOTE: 'a b', DATABASE_PASSWORD: 'hunter22' },
  });
  await once(child, 'spawn');
});
afterAll(() => {
  child.kill('SIGKILL');
});

/** Until the kernel shows it. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let looks = 0; !(await holds()); looks += 1) {
    if (looks > 2_000) throw new Error('the kernel never showed it');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const OWN_COMMANDS = createLocalCommandRunner({ host: 'here' });
const UNIFIED = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find((root) =>
  existsSync(`${root}/cgroup.controllers`),
);

describe.each([
  ['read here', createLocalProcessReader(countingRunner())],
  ['by programs', createProcessReader(OWN_COMMANDS)],
])('a process that does nothing, %s', (_, reader) => {
  test('lives, and is frozen as long as it is stopped', async () => {
    child.kill('SIGSTOP');
    await until(async () => (await reader.facts(pid()))?.isFrozen === true);
    expect(await reader.facts(pid())).toMatchObject({ isAlive: true, isFrozen: true });
    child.kill('SIGCONT');
    await until(async () => (await reader.facts(pid()))?.isFrozen === false);
  });

  // Where nobody may make a control group, what such files say is proved below.
  const asRoot = process.getuid?.() === 0 && UNIFIED !== undefined ? test : test.skip;
  asRoot('lives, and is frozen with its control group', async () => {
    const group = `${UNIFIED}/lobml-test-${pid()}`;
    await mkdir(group);
    try {
      await writeFile(`${group}/cgroup.procs`, String(pid()));
      expect(await reader.facts(pid(), { asksGroup: true })).toMatchObject({ isFrozen: false });
      await writeFile(`${group}/cgroup.freeze`, '1');
      await until(async () => (await reader.facts(pid(), { asksGroup: true }))?.isFrozen === true);
      expect(await reader.facts(pid(), { asksGroup: true })).toMatchObject({ isAlive: true });
    } finally {
      await writeFile(`${group}/cgroup.freeze`, '0');
      await writeFile(`${UNIFIED}/cgroup.procs`, String(pid()));
      await rmdir(group);
    }
  });
});

test.each([
  ['0::/a.slice/b.service\n', '/sys/fs/cgroup/a.slice/b.service/cgroup.events'],
  ['12:cpu,freezer:/b\n0::/\n', '/sys/fs/cgroup/freezer/b/freezer.state'],
])('the files of the freezer of %j', (cgroup, file) => {
  expect(freezerFiles(cgroup)).toContain(file);
  expect(freezerFiles(cgroup.replace('/b', '/../b'))).not.toContain(file);
  expect(saysFrozen('populated 1\nfrozen 1\n') && saysFrozen('FROZEN\n')).toBe(true);
  expect(saysFrozen('populated 1\nfrozen 0\n') || saysFrozen('THAWED\n')).toBe(false);
});

describe('processes of the own machine', () => {
  test('are looked at without a program, narrowed to the names asked for', async () => {
    const runner = countingRunner();
    const reader = createLocalProcessReader(runner);
    const values = await reader.environment(pid(), ['ENABLED', 'NOTE', 'ABSENT']);
    expect(Object.fromEntries(values ?? [])).toEqual({ ENABLED: 'true', NOTE: 'a b' });
    expect(await reader.account(pid())).toBe(String(process.getuid?.()));
    expect(runner.asked).toEqual([]);
  });

  test('what cannot be read is asked as on other hosts', async () => {
    const runner = countingRunner();
    const reader = createLocalProcessReader(runner);
    expect(await reader.environment(2 ** 30, ['ENABLED'])).toBeUndefined();
    expect(await reader.account(2 ** 30)).toBeUndefined();
    expect(runner.asked).toEqual(['grep', 'stat', 'ps']);
  });

  test('no process has no environment and no account', async () => {
    const reader = createLocalProcessReader(countingRunner());
    expect(await reader.environment(0, ['ENABLED'])).toBeUndefined();
    expect(await reader.account(0)).toBeUndefined();
  });

  test('a name that is none is refused', async () => {
    const reader = createLocalProcessReader(countingRunner());
    await expect(reader.environment(pid(), ['A=B|.*'])).rejects.toMatchObject({ code: 'not_configured' });
  });
});
