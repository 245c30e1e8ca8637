import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createOpenHaltFiles } from '../../src/halt/open-halt-file.js';
import { buildPrograms, PROGRAMS_FOLDER } from '../support/build-programs.js';
import { createHaltingBench, FLAG, type HaltingBench } from './support/halting.js';

let bench: HaltingBench;
const folder = join(PROGRAMS_FOLDER, `halting-${process.pid}`);

beforeAll(async () => {
  bench = await createHaltingBench();
  const entryPoints = [join(import.meta.dirname, 'support', 'halting-process.ts')];
  await buildPrograms({ entryPoints, folder, extension: '.mjs' });
});
afterAll(async () => {
  await bench.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => bench.begin());

async function haltUntilKilled(killAt: string, killHost: string): Promise<void> {
  const child = spawn(
    process.execPath,
    [join(folder, 'halting-process.mjs'), bench.dataDir, bench.targetsText, killAt, killHost],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
}

test.each([
  ['before the first act', 'halt.noted', ''],
  ['between the note of what stood there and the flag', 'flag.noted', 'live-1'],
  ['between the flags and the first event', 'halt.requested', ''],
  ['between the flag and the record of it', 'flag.replaced', 'live-1'],
  ['between the flag and the restart', 'halt.written', 'live-1'],
  ['with the restart under way', 'halt.restart_issued', 'live-2'],
  ['when one host was seen off', 'halt.process_seen', ''],
])('a halt that was killed %s is finished, and no service restarts twice', async (_when, killAt, host) => {
  await haltUntilKilled(killAt, host);
  const killSwitch = bench.killSwitch();
  const handles = await killSwitch.resume(new Map([['live', bench.target]]));
  expect(handles).toHaveLength(1);
  const halt = await handles[0]?.done;
  expect(halt).toMatchObject({ state: 'verified', resumed: true, requestedBy: { id: 'U0CAROL' } });
  // What stood there before the halt, not what the killed process had already written.
  expect(halt?.hosts.map(({ before }) => before)).toEqual([{ [FLAG]: 'true' }, { [FLAG]: 'true' }]);
  expect(halt?.hosts.map(({ diskWasDone }) => diskWasDone)).toEqual([false, false]);
  for (const { name, environmentFiles } of bench.trading.hosts) {
    expect(await readFile(environmentFiles[1], 'utf8')).toContain(`${FLAG}=false\n`);
    expect(await bench.restartsOf(name)).toBe(1);
  }
  await killSwitch.settled();
  // Without a database the ended halt stays on disk, and is not begun again.
  expect(await bench.killSwitch().resume(new Map([['live', bench.target]]))).toEqual([]);
  await createOpenHaltFiles(bench.dataDir, 'test').remove(halt?.haltId ?? '');
});
