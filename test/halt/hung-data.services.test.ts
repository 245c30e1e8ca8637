import { execFile, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ROOT } from '../support/build-programs.js';
import { createHaltingBench, FLAG, type HaltingBench } from './support/halting.js';

const run = promisify(execFile);

let bench: HaltingBench;
let dataDir: string;
let device: number;

beforeAll(async () => {
  bench = await createHaltingBench(1);
  dataDir = join(bench.dataDir, '..', 'hung');
  await mkdir(dataDir);
  // A disk whose server never answers: whatever is asked of it hangs in the kernel until the device is closed.
  device = openSync('/dev/fuse', 'r+');
  const options = 'fd=3,rootmode=40000,user_id=0,group_id=0';
  const mounted = spawnSync('mount', ['-i', '-t', 'fuse', '-o', options, 'hung', dataDir], {
    stdio: ['ignore', 'ignore', 'inherit', device],
  });
  expect(mounted.status).toBe(0);
});
afterAll(async () => {
  closeSync(device);
  await run('umount', ['-l', dataDir]);
  await rm(dataDir, { recursive: true });
  await bench.close();
});

test('a terminal whose DATA_DIR hangs halts, proves it, says so and ends', async () => {
  await bench.begin();
  const targetsFile = join(bench.dataDir, '..', 'targets.yaml');
  await writeFile(targetsFile, bench.targetsText);
  const env = {
    PATH: process.env['PATH'],
    RUNBOOK_FILE: join(ROOT, 'runbooks', 'crypto_lob_ml', 'runbook.yaml'),
    TARGETS_FILE: targetsFile,
    DATA_DIR: dataDir,
    TRADING_DATABASE_URL: bench.orders.options.connectionString,
    // Nobody listens there.
    DATABASE_URL: 'postgresql://someone@127.0.0.1:1/nowhere',
  };
  const words = [join(ROOT, 'bin', 'lobml.mjs'), 'rollback', 'live', '--disable', '--json'];
  // Without an end of its own it would be killed, and there would be no exit code.
  const ended = await run(process.execPath, words, { env, timeout: 120_000, killSignal: 'SIGKILL' }).catch(
    (error: { readonly code: number | null; readonly stdout: string; readonly stderr: string }) => error,
  );
  const code = 'code' in ended ? ended.code : 0;
  const { state, hosts } = JSON.parse(ended.stdout);
  expect([code, state]).toEqual([0, 'verified']);
  const proved = expect.objectContaining({
    disk: 'done',
    restart: 'done',
    process: 'as_wanted',
    fault: null,
  });
  expect(hosts).toEqual([proved, proved]);
  for (const { name, environmentFiles } of bench.trading.hosts) {
    expect(await readFile(environmentFiles[1], 'utf8')).toContain(`${FLAG}=false\n`);
    expect(await bench.restartsOf(name)).toBe(1);
  }
});
