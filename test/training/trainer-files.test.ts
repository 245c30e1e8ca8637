import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CommandRunner } from '../../src/hosts/command-runner.js';
import { HostError } from '../../src/hosts/host.js';
import { TrainerAway } from '../../src/training/trainer-state.js';
import {
  away,
  ended,
  file,
  folder,
  here,
  job,
  log,
  root,
  running,
  setUp,
  spoilt,
  start,
  state,
  tearDown,
  trainerBy,
  until,
  work,
} from './support/trainer-there.js';

beforeEach(setUp);
afterEach(tearDown);

describe('its log', () => {
  test('holds no value of its variables, neither does any file or command line of the host', async () => {
    const KEY = 'hünter2-key';
    await start('echo "key $KEY."; echo "$KEY$KEY" >&2; ps -eo args > "$2/seen"; exec sleep 60', {
      environment: { KEY, URL: 'postgres://bot:s%21lent@db/state' },
      secrets: [KEY, 'only-of-the-bot'],
    });
    await until(() => existsSync(state('seen')), Boolean);
    await until(log, (text) => text.includes('[redacted][redacted]'));
    await trainerBy().cancel();
    await ended();
    expect(await file('trainer.log')).toBe('key [redacted].\n[redacted][redacted]\n');
    for (const name of await readdir(state()))
      expect(await file(name)).not.toMatch(/hünter2|s%21lent|only-of/);
  });

  test('does not grow without end, shows a bar that has no end of line, and is kept by the bot', async () => {
    const line = 'x'.repeat(1023);
    await start(
      `for n in 1 2 3 4 5; do yes ${line} | head -n 500; done; printf 'epoch 1/2\\repoch 2/2\\r'; printf last`,
    );
    await ended();
    for (const name of ['trainer.log', 'trainer.log.1']) {
      expect(statSync(state(name)).size).toBeLessThan(1.1 * 1024 * 1024);
    }
    expect(await log()).toMatch(/\nepoch 1\/2\nepoch 2\/2\nlast\n$/);
    expect((await trainerBy(away).log())?.toString()).toMatch(/epoch 2\/2\nlast\n$/);
  });

  test('of a host that is away cannot be had now', async () => {
    await start('exec sleep 60');
    await running();
    expect(await trainerBy(away).log()).toBeUndefined();
    expect((await trainerBy().log())?.length).toBe(0);
    await trainerBy().cancel();
    await ended();
  });
});

describe('what it wrote', () => {
  const model = Buffer.alloc(5 * 1024 * 1024, 'model');
  const outputs = async () => {
    await start('true');
    await ended();
    await writeFile(state('model.onnx'), model);
    await writeFile(state('model.meta.json'), '{}');
  };

  test('comes over whole, once', async () => {
    await outputs();
    expect(await trainerBy().fetchOutputs()).toBeUndefined();
    expect((await readFile(join(folder, 'model.onnx'))).equals(model)).toBe(true);
    expect(await readFile(join(folder, 'model.meta.json'), 'utf8')).toBe('{}');
    expect(await trainerBy(away).fetchOutputs()).toBeUndefined();
  });

  test('is refused where it changes meanwhile, and nothing of it stays', async () => {
    await outputs();
    let reads = 0;
    const changing = spoilt('tail -c "+$2"', async () => {
      reads += 1;
      // The first one is of meta.json.
      if (reads === 2) await writeFile(state('model.onnx'), Buffer.alloc(model.length, 'other'));
    });
    expect(await trainerBy(changing).fetchOutputs()).toEqual({
      code: 'not_fetched',
      facts: { file: 'model.onnx', code: 'changed' },
    });
    expect((await readdir(folder)).filter((name) => name.startsWith('model.onnx'))).toEqual([]);
  });

  test('is left where the host is away in the middle, and fetched later', async () => {
    await outputs();
    const cut = spoilt('tail -c "+$2"', async () => {
      throw new HostError('unreachable', { code: 'host_unreached', facts: { host: 'live-2', words: '' } });
    });
    await expect(trainerBy(cut).fetchOutputs()).rejects.toThrow(TrainerAway);
    expect((await readdir(folder)).filter((name) => name.startsWith('model'))).toEqual([]);
    expect(await trainerBy().fetchOutputs()).toBeUndefined();
  });

  test('is a plain file of a bounded size', async () => {
    await outputs();
    await rm(state('model.onnx'));
    await symlink('/etc/passwd', state('model.onnx'));
    const file = 'model.onnx';
    expect(await trainerBy().fetchOutputs()).toEqual({ code: 'output_not_a_file', facts: { file } });
    await rm(state('model.onnx'));
    expect(await trainerBy().fetchOutputs()).toBeUndefined();
    await writeFile(state('model.onnx'), '');
    await truncate(state('model.onnx'), 2 ** 29 + 1);
    expect(await trainerBy().fetchOutputs()).toEqual({
      code: 'output_too_large',
      facts: { file, most: 512 },
    });
  });
});

describe('a host', () => {
  test('that runs no shell for this key is refused, with what it said', async () => {
    const forced: CommandRunner = {
      host: 'live-2',
      run: async () => ({ exitCode: 126, stdout: Buffer.from('no\n'), stderr: 'refused: sh\n' }),
    };
    expect(await trainerBy(forced).start(job('true'))).toEqual({
      code: 'host_unfit',
      facts: { host: 'live-2', said: 'refused: sh' },
    });
    // From here on something may run there: the outcome is unknown.
    await expect(trainerBy(forced).start(job('true'))).rejects.toThrow(TrainerAway);
  });

  test('that lacks programs is refused, with their names', async () => {
    await mkdir(join(root, 'bin'));
    for (const name of ['sh', 'cat', 'awk', 'date', 'mkdir']) {
      await symlink(`/usr/bin/${name}`, join(root, 'bin', name));
    }
    const bare: CommandRunner = {
      host: 'live-2',
      run: (command, options) =>
        here.run(
          command.map((word) => word.replace(/^PATH=.*/, `PATH=${join(root, 'bin')}`)),
          options,
        ),
    };
    const failure = await trainerBy(bare).start(job('true'));
    expect(failure).toMatchObject({ code: 'host_unfit', facts: { host: 'live-2' } });
    expect(failure?.facts['missing']).toMatch(/setsid, sha256sum/);
  });

  test('whose folder is not there, or leads elsewhere, starts nothing', async () => {
    await mkdir(join(root, 'elsewhere'));
    await symlink(join(root, 'elsewhere'), join(work, '.lobml-trainings'));
    expect(await trainerBy().start(job('true'))).toEqual({
      code: 'not_started',
      facts: { code: 'permission_denied' },
    });
    await rm(work, { recursive: true });
    expect(await trainerBy().start(job('true'))).toMatchObject({ facts: { code: 'not_found' } });
    expect(await readdir(join(root, 'elsewhere'))).toEqual([]);
  });

  test('that is away tells when it last answered', async () => {
    await expect(trainerBy(away).start(job('true'))).rejects.toMatchObject({
      host: 'live-2',
      heardAt: undefined,
    });
    await start('exec sleep 60');
    await running();
    await expect(trainerBy(away).look()).rejects.toMatchObject({ heardAt: expect.any(Date) });
    await trainerBy().cancel();
    await ended();
  });
});
