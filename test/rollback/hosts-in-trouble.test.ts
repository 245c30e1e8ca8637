import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Halt } from '../../src/domain/halt.js';
import { CAROL, createHaltingBench, FLAG, type HaltingBench } from './support/halting.js';

const run = promisify(execFile);
let bench: HaltingBench;

beforeAll(async () => {
  bench = await createHaltingBench();
}, 60_000);
afterAll(() => bench.close());
beforeEach(() => bench.begin(), 30_000);

const disable = () => bench.rollback().start({ target: bench.target, kind: 'disable', requestedBy: CAROL });
const hostOf = (halt: Halt, name: string) => halt.hosts.find(({ host }) => host === name);

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
    expect(hostOf(halt, 'live-1')).toMatchObject({
      disk: 'failed',
      process: 'stopped',
      stop: 'done',
      stopBecause: 'not_on_disk',
    });
    expect(hostOf(halt, 'live-2')).toMatchObject({ disk: 'done', process: 'as_wanted', stop: 'none' });
  } finally {
    await rm(path, { recursive: true });
    await rename(`${path}.away`, path);
  }
});

test('a host that does not answer: the others go on at once, it is named and caught up with later', async () => {
  const pid = await supervisorPid('live-2');
  process.kill(pid, 'SIGSTOP');
  try {
    const handle = disable();
    await new Promise<void>((resolve) => {
      handle.subscribe((halt) => {
        const isOff = hostOf(halt, 'live-1')?.process === 'as_wanted';
        if (isOff && hostOf(halt, 'live-2')?.fault === 'not_answering') resolve();
      });
    });
    expect(await readFile(bench.host('live-2').environmentFiles[1], 'utf8')).toContain(`${FLAG}=false\n`);
    expect(dirname(bench.host('live-2').folder)).toBe(dirname(bench.host('live-1').folder));
    process.kill(pid, 'SIGCONT');
    const halt = await handle.done;
    expect(halt.state).toBe('verified');
    expect(hostOf(halt, 'live-2')?.process).toBe('as_wanted');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}, 60_000);

test('a host that never answers: not verified, by name', async () => {
  const pid = await supervisorPid('live-2');
  process.kill(pid, 'SIGSTOP');
  try {
    const halt = await disable().done;
    expect(halt.state).toBe('not_verified');
    expect(hostOf(halt, 'live-2')).toMatchObject({ disk: 'done', fault: 'not_answering' });
    expect(hostOf(halt, 'live-1')).toMatchObject({ process: 'as_wanted', fault: null });
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}, 90_000);
