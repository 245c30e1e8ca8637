import { existsSync, statSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readLog } from '../../src/training/trainer-log.js';
import { takePlace } from '../../src/training/trainer-place.js';
import { trainerHere } from '../../src/training/trainer-places.js';
import type { TrainerJob, TrainerState } from '../../src/training/trainer-state.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainer-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const trainer = () => trainerHere(basename(folder), folder, () => new Date());
const STARTED = 'import { writeFileSync } from "node:fs"; writeFileSync("started", "");';
const STAY = 'setInterval(() => {}, 1_000);';

async function start(script: string, changes: Partial<TrainerJob> = {}): Promise<void> {
  await writeFile(join(folder, 'trainer.mjs'), script);
  await trainer().start({
    command: [process.execPath, join(folder, 'trainer.mjs')],
    environment: {},
    secrets: [],
    timeLimitMs: 60_000,
    memoryLimitBytes: 4096 * 1024 * 1024,
    ...changes,
  });
}

async function until<T>(look: () => T | Promise<T>, isThere: (found: T) => boolean): Promise<T> {
  for (let turn = 0; turn < 600; turn += 1) {
    const found = await look();
    if (isThere(found)) return found;
    await new Promise((go) => setTimeout(go, 50));
  }
  throw new Error('it never came');
}

const ended = (): Promise<TrainerState> =>
  until(
    () => trainer().look(),
    ({ kind }) => kind !== 'none' && kind !== 'running',
  );
const file = (name: string) => readFile(join(folder, name), 'utf8');

test('one that does not listen to SIGTERM is killed', async () => {
  await start(`process.on('SIGTERM', () => {}); ${STARTED} ${STAY}`);
  await until(() => existsSync(join(folder, 'started')), Boolean);
  await trainer().cancel();
  expect(await ended()).toMatchObject({ kind: 'ended', exit: { because: 'cancelled', signal: 'SIGKILL' } });
});

test('one that eats memory ends at its bound, and takes nothing with it', async () => {
  await start(`const all = []; for (;;) all.push(Buffer.alloc(64 * 1024 * 1024, 1));`, {
    memoryLimitBytes: 1024 * 1024 * 1024,
  });
  const state = await ended();
  expect(state).toMatchObject({ kind: 'ended', exit: { because: 'exited' } });
  if (state.kind === 'ended') expect([state.exit.code, state.exit.signal]).not.toEqual([0, null]);
});

test('a runner that comes after its training was given up starts nothing', async () => {
  // As of a start that was sent, and of which nobody knows whether it arrived.
  await takePlace(folder, { host: 'local' });
  expect(await trainer().giveUp()).toBe(true);
  await start(STARTED);
  expect(existsSync(join(folder, 'started'))).toBe(false);
  expect(await trainer().look()).toEqual({ kind: 'given_up' });
});

test('who has started is not given up any more', async () => {
  await start(STAY);
  await until(
    () => trainer().look(),
    ({ kind }) => kind === 'running',
  );
  expect(await trainer().giveUp()).toBe(false);
  await trainer().cancel();
  await ended();
});

test('its secrets stand in no file, also where they come in pieces', async () => {
  await start(
    `const [first, rest] = [process.env.KEY.slice(0, 4), process.env.KEY.slice(4)];
     process.stdout.write('key ' + first);
     setTimeout(() => { process.stdout.write(rest + ' and s!lent\\n'); console.error('é ' + process.env.KEY); }, 300);`,
    { environment: { KEY: 'hünter2-key' }, secrets: ['hünter2-key', 's!lent'] },
  );
  await ended();
  const log = await file('trainer.log');
  expect(log).toContain('key [redacted] and [redacted]\n');
  expect(log).toContain('é [redacted]\n');
  for (const name of ['trainer.log', 'asked', 'place.json', 'contact.json', 'process', 'exit', 'trainer']) {
    expect(await file(name)).not.toMatch(/hünter2|s!lent/);
  }
});

test('its log does not grow without end, and its last line is there', async () => {
  await start(`
    const line = 'x '.repeat(500) + '\\n';
    for (let n = 0; n < 5_000; n += 1) process.stdout.write(line);
    console.log('the last line');`);
  await ended();
  for (const name of ['trainer.log', 'trainer.log.1']) {
    expect(statSync(join(folder, name)).size).toBeLessThan(2 * 1024 * 1024);
  }
  expect(String(await readLog(folder))).toMatch(/the last line\n$/);
});
