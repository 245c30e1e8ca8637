import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { CommandRunner } from '../../src/hosts/command-runner.js';
import { EMPTY_SHA256 } from '../../src/hosts/file-bounds.js';
import type { Host } from '../../src/hosts/host.js';
import { readHostClock } from '../../src/hosts/host-clock.js';
import { createCommandManager } from '../../src/hosts/managers/command-manager.js';
import { createProcessReader } from '../../src/hosts/managers/process-environment.js';
import { createSshCommandRunner } from '../../src/hosts/ssh/ssh-command-runner.js';
import { createSshHost } from '../../src/hosts/ssh/ssh-host.js';
import { createServiceProcess } from '../support/service-process.js';
import { type Sshd, startSshd } from '../support/sshd.js';

const run = promisify(execFile);
const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');
const commands = { status: ['true'], restart: ['true'], stop: ['true'], logs: ['true'] };

let sshd: Sshd;
let runner: CommandRunner;
let host: Host;
let root: string;
let folder: string;

beforeAll(async () => {
  sshd = await startSshd();
  runner = createSshCommandRunner({ name: 'there', ...sshd });
});
afterAll(() => sshd.stop());

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'lobml-ssh-')));
  folder = join(root, "o'pt $HOME");
  await mkdir(folder);
  host = createSshHost({
    name: 'there',
    runner,
    service: createCommandManager(commands, { runner, processes: createProcessReader(runner) }),
    folders: [folder],
  });
});
afterEach(() => rm(root, { recursive: true }));

const at = (...names: string[]) => join(folder, ...names);

describe('commands', () => {
  test('arguments arrive as they are, exit codes come back', async () => {
    const words = ['a b', "it's", '$HOME `id` "x"', '', '*', 'new\nline'];
    const { stdout } = await runner.run(['printf', '%s\\0', ...words]);
    expect(stdout.toString().split('\0').slice(0, -1)).toEqual(words);
    expect((await runner.run(['sh', '-c', 'echo words >&2; exit 7'])).exitCode).toBe(7);
    expect((await runner.run(['cat'], { input: Buffer.from('in') })).stdout.toString()).toBe('in');
  });

  test('tells its time, by its own date or by the command of its service', async () => {
    // Both ends are this machine.
    const reading = await readHostClock(host, Date.now, () => ({ timeoutMs: 5_000 }));
    expect(Math.abs(reading?.aheadMs ?? Number.NaN)).toBeLessThanOrEqual(reading?.errorMs ?? 0);
    const clock = ['date', '--date=-90 seconds', '+%s.%N'];
    const service = createCommandManager({ ...commands, clock }, { runner, processes: undefined });
    const slow = createSshHost({ name: 'there', runner, service, folders: [folder] });
    const { aheadMs = 0, errorMs = 0 } = (await readHostClock(slow, Date.now, () => ({}))) ?? {};
    expect(Math.abs(aheadMs + 90_000)).toBeLessThanOrEqual(errorMs);
  });

  test('a command that takes too long ends on the host too', async () => {
    const marker = `61.${process.pid}`;
    await expect(runner.run(['sleep', marker], { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'timeout',
    });
    const { stdout } = await run('ps', ['-eo', 'args']);
    expect(stdout).not.toContain(`sleep ${marker}`);
  });

  test('a command that had to be killed took too long, one that was killed before did not', async () => {
    const stubborn = ['sh', '-c', 'trap "" TERM; sleep 60; true'];
    await expect(runner.run(stubborn, { timeoutMs: 300 })).rejects.toMatchObject({ code: 'timeout' });
    expect((await runner.run(['sh', '-c', 'kill -9 $$'])).exitCode).toBe(137);
  });

  test('faults come in English, whatever the language of the host', async () => {
    expect((await runner.run(['printenv', 'LC_ALL'])).stdout.toString().trim()).toBe('C');
  });

  test('a host key that nobody knows is refused, whatever the arguments say', async () => {
    const lax = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'];
    const stranger = createSshCommandRunner({
      name: 'there',
      address: sshd.address,
      controlFolder: root,
      sshArguments: [...lax, ...sshd.sshArguments],
    });
    await expect(stranger.run(['true'])).rejects.toMatchObject({ code: 'unreachable' });
  });

  test('a host that cannot be reached, or whose key is another', async () => {
    const options = { name: 'there', controlFolder: sshd.controlFolder, address: '127.0.0.1' };
    const closed = createSshCommandRunner({ ...options, sshArguments: ['-p', '1'] });
    await expect(closed.run(['true'])).rejects.toMatchObject({ code: 'unreachable', host: 'there' });
    const unknown = createSshCommandRunner({
      ...options,
      address: sshd.address,
      controlFolder: root,
      sshArguments: [...sshd.sshArguments, '-o', 'UserKnownHostsFile=/dev/null'],
    });
    await expect(unknown.run(['true'])).rejects.toMatchObject({ code: 'unreachable' });
    expect(() => createSshCommandRunner({ ...options, address: '-oProxyCommand=x' })).toThrow('address');
  });
});

describe('reading', () => {
  test('a file behind a link, in one answer', async () => {
    const bytes = Buffer.from([0, 10, 255, 65, 0]);
    await writeFile(at('real'), bytes, { mode: 0o640 });
    await symlink('real', at('link'));
    const file = await host.readFile(at('link'));
    expect(file).toMatchObject({
      path: at('link'),
      realPath: at('real'),
      kind: 'file',
      size: 5,
      mode: 0o640,
    });
    expect(file?.bytes.equals(bytes)).toBe(true);
    expect(file?.sha256).toBe(sha256(bytes));
    expect(await host.sha256(at('link'))).toBe(sha256(bytes));
    expect(Math.abs((file?.modifiedAt.getTime() ?? 0) - (await stat(at('real'))).mtimeMs)).toBeLessThan(2);
  });

  test('nothing there, a folder, too large, outside', async () => {
    await writeFile(at('large'), 'x'.repeat(11));
    await symlink(root, at('up'));
    expect(await host.stat(at('absent'))).toBeUndefined();
    expect(await host.readFile(at('large', 'below'))).toBeUndefined();
    expect(await host.stat(folder)).toMatchObject({ kind: 'directory' });
    await expect(host.readFile(folder)).rejects.toMatchObject({ code: 'not_a_file' });
    await expect(host.readFile(at('large'), { maxBytes: 10 })).rejects.toMatchObject({ code: 'too_large' });
    await expect(host.readFile(at('up', 'x'))).rejects.toMatchObject({ code: 'outside_folder' });
    await expect(host.stat(at('..'))).rejects.toMatchObject({ code: 'outside_folder' });
    await expect(host.sha256(at('absent'))).rejects.toMatchObject({ code: 'not_found' });
  });

  test('the files of a folder, newest first', async () => {
    for (const [name, seconds] of [
      ['a b.onnx', 10],
      ['c.onnx', 30],
    ] as const) {
      await writeFile(at(name), name);
      await utimes(at(name), seconds, seconds);
    }
    await mkdir(at('sub'));
    const files = await host.listFiles(folder);
    expect(files.map(({ path }) => path)).toEqual([at('c.onnx'), at('a b.onnx')]);
    expect(files[1]).toMatchObject({ size: 8, kind: 'file', modifiedAt: new Date(10_000) });
  });

  test('whether an account may read', async () => {
    await writeFile(at('a'), '', { mode: 0o644 });
    expect(await host.readableBy(at('a'), 'root')).toBe(true);
    // The folder above was made by mkdtemp, for its owner alone.
    expect(await host.readableBy(at('a'), 'nobody')).toBe(false);
  });
});

describe('replacing', () => {
  test('keeps owner and mode, backs up once, leaves nothing beside', async () => {
    await writeFile(at('real'), '1', { mode: 0o600 });
    await chown(at('real'), 12345, 12346);
    await symlink('real', at('link'));
    await host.replaceFile(at('link'), Buffer.from('2'), {
      expectedSha256: sha256('1'),
      backupPath: at('bak'),
    });
    await host.replaceFile(at('link'), Buffer.from('3'), {
      expectedSha256: sha256('2'),
      backupPath: at('bak'),
    });
    expect(await readFile(at('real'), 'utf8')).toBe('3');
    expect(await readFile(at('bak'), 'utf8')).toBe('1');
    for (const name of ['real', 'bak']) {
      const { uid, gid, mode } = await stat(at(name));
      expect([uid, gid, mode & 0o777]).toEqual([12345, 12346, 0o600]);
    }
    expect((await readdir(folder)).sort()).toEqual(['bak', 'link', 'real']);
  });

  test('refuses what changed, what leads nowhere, what is outside', async () => {
    await writeFile(at('e'), 'someone was here');
    await symlink('nowhere', at('broken'));
    const bytes = Buffer.from('2');
    await expect(host.replaceFile(at('e'), bytes, { expectedSha256: sha256('1') })).rejects.toMatchObject({
      code: 'changed_since_plan',
    });
    await expect(host.replaceFile(at('broken'), bytes)).rejects.toMatchObject({ code: 'not_found' });
    await expect(host.replaceFile(join(root, 'x'), bytes)).rejects.toMatchObject({ code: 'outside_folder' });
    await expect(host.replaceFile(at('e'), bytes, { backupPath: join(root, 'x') })).rejects.toMatchObject({
      code: 'outside_folder',
    });
    expect((await readdir(folder)).sort()).toEqual(['broken', 'e']);
    expect(await readFile(at('e'), 'utf8')).toBe('someone was here');
  });

  test('a connection that breaks leaves the old file, not half of the new one', async () => {
    await writeFile(at('e'), 'old');
    const breaking: CommandRunner = {
      host: 'there',
      run: (command, options) => runner.run(command, { ...options, input: Buffer.from('ne') }),
    };
    const service = createCommandManager(commands, { runner, processes: createProcessReader(runner) });
    const cut = createSshHost({ name: 'there', runner: breaking, service, folders: [folder] });
    await expect(cut.replaceFile(at('e'), Buffer.from('new'))).rejects.toMatchObject({
      code: 'command_failed',
    });
    expect(await readFile(at('e'), 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['e']);
  });

  test('a new file', async () => {
    await host.replaceFile(at('new'), Buffer.from('1'), { expectedSha256: EMPTY_SHA256 });
    expect((await stat(at('new'))).mode & 0o777).toBe(0o640);
    await host.replaceFile(at('new'), Buffer.from('2'), { mode: 0o600 });
    expect((await stat(at('new'))).mode & 0o777).toBe(0o600);
  });

  test('a disk that is full or read-only has its code, and the old file stays', async () => {
    await mkdir(at('disk'));
    await run('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', at('disk')]);
    try {
      await writeFile(at('disk', 'e'), '1');
      const large = host.replaceFile(at('disk', 'e'), Buffer.alloc(100_000));
      await expect(large).rejects.toMatchObject({ code: 'no_space' });
      expect(await readdir(at('disk'))).toEqual(['e']);
      await run('mount', ['-o', 'remount,ro', at('disk')]);
      await expect(host.replaceFile(at('disk', 'e'), Buffer.from('2'))).rejects.toMatchObject({
        code: 'read_only',
      });
    } finally {
      await run('umount', [at('disk')]);
    }
  });
});

test('an artefact is sent, checked on the host, and put in place', async () => {
  const model = Buffer.alloc(3_000_000, 'model');
  await writeFile(join(root, 'staged'), model);
  await host.installFile(join(root, 'staged'), at('a.onnx'), { sha256: sha256(model) });
  expect(await host.sha256(at('a.onnx'))).toBe(sha256(model));
  expect((await stat(at('a.onnx'))).mode & 0o777).toBe(0o644);
  await expect(
    host.installFile(join(root, 'staged'), at('b.onnx'), { sha256: sha256('other') }),
  ).rejects.toMatchObject({ code: 'changed_since_plan' });
  await run('mkfifo', [join(root, 'pipe')]);
  for (const [name, code] of [
    ['pipe', 'not_a_file'],
    ['absent', 'not_found'],
  ] as const) {
    const sha256OfNone = sha256('');
    await expect(
      host.installFile(join(root, name), at('b.onnx'), { sha256: sha256OfNone }),
    ).rejects.toMatchObject({ code });
  }
  expect(await readdir(folder)).toEqual(['a.onnx']);
});

describe('keeping a copy', () => {
  test('has the content, the mode and nothing of the place it was made in; taking it away twice is fine', async () => {
    await writeFile(at('ploy'), 'new', { mode: 0o755 });
    await writeFile(at('kept'), 'old');
    await host.copyFile(at('ploy'), at('kept'));
    expect(await readFile(at('kept'), 'utf8')).toBe('new');
    expect((await stat(at('kept'))).mode & 0o777).toBe(0o755);
    expect((await readdir(folder)).sort()).toEqual(['kept', 'ploy']);
    await host.removeFile(at('kept'));
    await host.removeFile(at('kept'));
    expect(await readdir(folder)).toEqual(['ploy']);
  });

  test('stays inside the folders', async () => {
    await writeFile(at('ploy'), 'new');
    await writeFile(join(root, 'outside'), 'x');
    const outside = { code: 'outside_folder' };
    await expect(host.copyFile(at('ploy'), join(root, 'outside'))).rejects.toMatchObject(outside);
    await expect(host.copyFile(join(root, 'outside'), at('in'))).rejects.toMatchObject(outside);
    await expect(host.removeFile(join(root, 'outside'))).rejects.toMatchObject(outside);
    expect(await readFile(join(root, 'outside'), 'utf8')).toBe('x');
  });
});

describe('a service behind a forced command', () => {
  afterEach(() => sshd.force(undefined));

  test('is driven by exactly the configured words', async () => {
    const service = await createServiceProcess(join(root, 'service'));
    const control = service.commands.status[0] ?? '';
    // The host decides by the words it was sent, as an operator's own forced command does.
    const gate = join(root, 'gate');
    await writeFile(
      gate,
      `#!/bin/sh\ncase $SSH_ORIGINAL_COMMAND in status|restart|stop) exec ${control} "$SSH_ORIGINAL_COMMAND" ;; *) echo "refused: $SSH_ORIGINAL_COMMAND" >&2; exit 126 ;; esac\n`,
      { mode: 0o755 },
    );
    await sshd.force(gate);
    const forced = createSshCommandRunner({ name: 'there', ...sshd, controlFolder: root, forced: true });
    const manager = createCommandManager(
      { status: ['status'], restart: ['restart'], stop: ['stop'], logs: ['logs'] },
      { runner: forced, processes: undefined },
    );
    await manager.restart();
    expect(await manager.status()).toMatchObject({ activeState: 'active' });
    await expect(manager.logs({ since: new Date() })).rejects.toMatchObject({ code: 'command_failed' });
    await expect(manager.processEnvironment(1, ['A'])).rejects.toMatchObject({ code: 'not_configured' });
    await manager.stop();
    expect(await manager.status()).toMatchObject({ activeState: 'inactive' });
    await sshd.disconnect(root);
  });
});
