import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { eventually } from '../sandbox/host/eventually.js';
import { useDemo } from '../support/use-demo.js';

const ROOT = join(import.meta.dirname, '..', '..');

const demo = useDemo();

const isOff = async () =>
  (
    await readFile(join(demo.path, '.data', 'demo', 'hosts', 'dryrun-1', 'env', 'crypto-dryrun.env'), 'utf8')
  ).includes('PLOY_CRYPTO_LOB_ML__ENABLED=false');

const lastDrill = async () => JSON.parse((await demo.lobml('drill', 'dryrun', '--last', '--json')).stdout);

test('kill -9 in the middle of a real drill: the bot ends its halt, and the drill is broken off', async () => {
  const drilling = spawn(process.execPath, [join(ROOT, 'bin', 'lobml.mjs'), 'drill', 'dryrun'], {
    cwd: demo.path,
    env: { ...process.env, ...demo.variables },
    stdio: 'ignore',
  });
  const ended = once(drilling, 'exit');
  await eventually('the flag is off', isOff, 60_000);
  drilling.kill('SIGKILL');
  expect((await ended)[1]).toBe('SIGKILL');
  const begun = await lastDrill();
  expect(begun).toMatchObject({ kind: 'real', endedAt: null });

  await eventually(
    'the drill is broken off',
    async () => (await lastDrill()).state === 'broken_off',
    120_000,
  );
  const { haltId } = await lastDrill();
  const events = await eventually('the end of the halt is on record', async () => {
    const { stdout } = await demo.lobml('history', '--incident', haltId, '--json');
    const found: { kind: string; details: object }[] = stdout === '' ? [] : JSON.parse(stdout).events;
    return found.some(({ kind }) => kind === 'halt.ended') && found;
  });
  expect(events.find(({ kind }) => kind === 'halt.ended')?.details).toMatchObject({ state: 'verified' });
  // By another process than the one that began it.
  expect(events.find(({ kind }) => kind === 'halt.requested')?.details).toMatchObject({ resumed: true });
  expect(await isOff()).toBe(true);
  // Nothing of it keeps the next drill away but that there is nothing to turn off.
  const next = await demo.lobml('drill', 'dryrun');
  expect([next.exitCode, next.stderr]).toEqual([1, expect.stringContaining('was seen with its flag on')]);
}, 300_000);
