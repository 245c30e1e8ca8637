import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CommandRunner } from '../../src/hosts/command-runner.js';
import { createLocalProcessReader } from '../../src/hosts/local/local-process.js';

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
