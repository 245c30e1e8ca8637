import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { identifyProcess } from '../../src/machine/process-identity.js';
import { clearDeadLocks, holdLock } from '../../src/machine/process-lock.js';

let folder: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dead-locks-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

const lockOf = (owner: string) => `.alive.${owner.replaceAll(':', '.')}`;

async function begun(...words: readonly [string, ...string[]]): Promise<ChildProcess> {
  const [program, ...more] = words;
  const child = spawn(program, more, { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

test('locks of killed processes are taken away at a start, those of living ones stay', async () => {
  const killed = await begun('sh', '-c', 'echo; exec sleep 1000');
  const dead = lockOf(identifyProcess(killed.pid ?? 0));
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  // As another container or machine names its processes.
  const [elsewhere, held, young] = ['7.1.aaaaaaaaaaaa', '8.1.aaaaaaaaaaaa', '9.1.aaaaaaaaaaaa'].map(
    (owner) => `.alive.${owner}`,
  ) as [string, string, string];
  for (const name of [dead, elsewhere, held, young]) await writeFile(join(folder, name), '');
  const long = new Date(Date.now() - 60_000);
  for (const name of [elsewhere, held]) await utimes(join(folder, name), long, long);
  await begun('flock', join(folder, held), 'sh', '-c', 'echo; exec sleep 1000');
  const own = holdLock(folder, identifyProcess(process.pid));
  await own.tried;
  await clearDeadLocks(folder);
  expect((await readdir(folder)).toSorted()).toEqual(
    [held, young, lockOf(identifyProcess(process.pid))].toSorted(),
  );
  await own.release();
});
