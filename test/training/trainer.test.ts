import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TrainerAway } from '../../src/training/trainer-state.js';
import {
  away,
  ended,
  file,
  isAlive,
  job,
  log,
  look,
  pidIn,
  root,
  running,
  setUp,
  start,
  state,
  tearDown,
  trainerBy,
  until,
  work,
} from './support/trainer-there.js';

beforeEach(setUp);
afterEach(tearDown);

describe('a trainer', () => {
  test('gets its arguments, its variables and its folder, and nothing else', async () => {
    const KEY = "a\nb'c $(x) `y` é";
    await start('printf "%s\\n" "$1" "$KEY" "$PWD" "${HOME-no home}"; umask; exec sleep 0', {
      environment: { KEY, work: '/elsewhere', state: 'x' },
    });
    expect(await ended()).toEqual({
      kind: 'ended',
      exit: { because: 'exited', code: 0, signal: null, endedAt: expect.any(String) },
    });
    expect(await log()).toContain(`an 'argument' with $HOME\n`);
    expect(await log()).toContain(`${work}\nno home\n`);
  });

  test('ends with its code, or by its signal', async () => {
    await start('exit 3');
    expect(await ended()).toMatchObject({ exit: { because: 'exited', code: 3, signal: null } });
  });

  test('that crashes says by which signal', async () => {
    await start('kill -SEGV $$');
    expect(await ended()).toMatchObject({ exit: { because: 'exited', code: null, signal: 'SIGSEGV' } });
  });

  test('that is not there is told as that', async () => {
    await start('', { command: ['no-such-program'] });
    expect(await ended()).toMatchObject({ exit: { because: 'not_started', detail: 'ENOENT' } });
  });

  test('is bound in its memory, and leaves no core', async () => {
    await start('ulimit -d; ulimit -c', { memoryLimitBytes: 512 * 1024 * 1024 });
    await ended();
    expect(await log()).toBe(`${512 * 1024}\n0\n`);
  });

  test('asked for twice, also at once, runs once', async () => {
    const script = `printf x >> '${root}/starts'; sleep 1`;
    await Promise.all([start(script), start(script), start(script)]);
    await running();
    await start(script);
    await ended();
    await start(script);
    expect(readFileSync(join(root, 'starts'), 'utf8')).toBe('x');
    expect(await look()).toMatchObject({ kind: 'ended' });
  });

  test('and what it started end at its time limit, also where they do not listen', async () => {
    await start(`trap '' TERM; sleep 60 & echo $! > '${root}/child'; while :; do sleep 0.1; done`, {
      timeLimitMs: 500,
    });
    expect(await ended()).toMatchObject({ exit: { because: 'timed_out', signal: 'SIGKILL' } });
    await until(
      () => isAlive(Number(readFileSync(join(root, 'child'), 'utf8'))),
      (alive) => !alive,
    );
  });
});

describe('a cancel', () => {
  test('ends it by SIGTERM', async () => {
    await start(`trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.1; done`);
    await until(log, (text) => text.includes('ready'));
    await trainerBy().cancel();
    expect(await ended()).toMatchObject({ exit: { because: 'cancelled', code: 7 } });
    expect(await log()).toMatch(/^ready\n(.*\n)*bye\n$/);
  });

  test('before it was sent needs no host, and nothing starts any more', async () => {
    expect(await trainerBy(away).giveUp()).toBe(true);
    expect(await trainerBy(away).look()).toEqual({ kind: 'given_up' });
    expect(await trainerBy(away).start(job('true'))).toBeUndefined();
  });

  test('of a start that nobody heard of: one that comes late starts nothing', async () => {
    await expect(trainerBy(away).start(job('true'))).rejects.toThrow(TrainerAway);
    expect(await look()).toEqual({ kind: 'none', askedAt: undefined });
    expect(await trainerBy().giveUp()).toBe(true);
    await start(`touch '${root}/started'`);
    expect(await look()).toEqual({ kind: 'given_up' });
    expect(existsSync(join(root, 'started'))).toBe(false);
  });

  test('leaves alone who only has the number of a process, at another time or after another boot', async () => {
    await start('exec sleep 60');
    await running();
    await until(() => existsSync(state('trainer')), Boolean);
    const was = { runner: await file('process'), trainer: await file('trainer') };
    for (const name of ['process', 'trainer'] as const) {
      const [pid, , boot] = (await file(name)).split(' ');
      await writeFile(state(name), `${pid} 1 ${boot}`);
    }
    expect(await look()).toEqual({ kind: 'lost' });
    await trainerBy().cancel();
    await writeFile(state('process'), was.runner.replace(/\S+$/m, 'another-boot'));
    expect(await look()).toEqual({ kind: 'lost' });
    await trainerBy().cancel();
    await writeFile(state('process'), was.runner);
    expect(await look()).toMatchObject({ kind: 'running' });
    await writeFile(state('trainer'), was.trainer);
    await trainerBy().cancel();
    expect(await ended()).toMatchObject({ exit: { because: 'cancelled', signal: 'SIGTERM' } });
  });
});

describe('a trainer whose runner was killed', () => {
  test('is lost, and goes no further', async () => {
    await start('exec sleep 60');
    await running();
    await until(() => existsSync(state('trainer')), Boolean);
    const [runner, trainer] = [await pidIn('process'), await pidIn('trainer')];
    process.kill(runner, 'SIGKILL');
    expect(await ended()).toEqual({ kind: 'lost' });
    await trainerBy().endOrphan();
    await until(
      () => isAlive(trainer),
      (alive) => !alive,
    );
  });

  test('and whose folder was taken away is started no second time', async () => {
    await start('true');
    await ended();
    await rm(state(), { recursive: true });
    expect(await look()).toEqual({ kind: 'lost' });
    await trainerBy().endOrphan();
  });
});
