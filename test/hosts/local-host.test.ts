import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import {
  chmod,
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
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EMPTY_SHA256 } from '../../src/hosts/file-bounds.js';
import type { Host, ServiceManager } from '../../src/hosts/host.js';
import { createLocalHost } from '../../src/hosts/local/local-host.js';
import { eventually } from '../sandbox/host/eventually.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const isRoot = process.getuid?.() === 0;
const unusedService: ServiceManager = {
  description: 'none',
  status: () => Promise.reject(new Error('not part of this test')),
  restart: () => Promise.reject(new Error('not part of this test')),
  stop: () => Promise.reject(new Error('not part of this test')),
  logs: () => Promise.reject(new Error('not part of this test')),
  account: () => Promise.reject(new Error('not part of this test')),
  processEnvironment: () => Promise.reject(new Error('not part of this test')),
  processes: () => Promise.reject(new Error('not part of this test')),
  processFacts: () => Promise.reject(new Error('not part of this test')),
  variableNames: () => Promise.reject(new Error('not part of this test')),
  definition: () => Promise.reject(new Error('not part of this test')),
};

let root: string;
let folder: string;
let host: Host;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'lobml-host-')));
  folder = join(root, 'opt');
  await mkdir(folder);
  host = createLocalHost({ name: 'here', service: unusedService, folders: [folder] });
});

afterEach(() => rm(root, { recursive: true }));

const at = (...names: string[]) => join(folder, ...names);

describe('reading', () => {
  test('a file with its stat and SHA-256, behind a link', async () => {
    await writeFile(at('real.env'), 'A=1\n', { mode: 0o640 });
    await symlink('real.env', at('.env'));
    expect(await host.readFile(at('.env'))).toMatchObject({
      path: at('.env'),
      realPath: at('real.env'),
      kind: 'file',
      size: 4,
      mode: 0o640,
      bytes: Buffer.from('A=1\n'),
      sha256: sha256('A=1\n'),
    });
    expect(await host.sha256(at('.env'))).toBe(sha256('A=1\n'));
  });

  test('takes as much memory as the file needs, not as much as it may have', async () => {
    await writeFile(at('model.onnx'), 'model');
    const file = await host.readFile(at('model.onnx'), { maxBytes: 512 * 1024 * 1024 });
    expect(file?.bytes.toString()).toBe('model');
    expect(file?.bytes.buffer.byteLength).toBeLessThan(64 * 1024);
  });

  test('a file that says it is empty and is not, as those of the kernel', async () => {
    const kernel = createLocalHost({ name: 'here', service: unusedService, folders: ['/proc/self'] });
    const file = await kernel.readFile('/proc/self/status');
    expect(file?.size).toBe(0);
    expect(file?.bytes.toString()).toContain(`Pid:\t${process.pid}`);
    await expect(kernel.readFile('/proc/self/status', { maxBytes: 10 })).rejects.toMatchObject({
      code: 'too_large',
    });
  });

  test('nothing there, also behind a link or below a file', async () => {
    await symlink('nowhere', at('broken'));
    await writeFile(at('file'), '');
    for (const path of [at('absent'), at('no', 'folder'), at('broken'), at('file', 'below')]) {
      expect(await host.stat(path)).toBeUndefined();
      expect(await host.readFile(path)).toBeUndefined();
    }
    await expect(host.sha256(at('absent'))).rejects.toMatchObject({ code: 'not_found' });
  });

  test('a folder, a file that is too large', async () => {
    await writeFile(at('large'), 'x'.repeat(11));
    await expect(host.readFile(folder)).rejects.toMatchObject({ code: 'not_a_file' });
    await expect(host.readFile(at('large'), { maxBytes: 10 })).rejects.toMatchObject({ code: 'too_large' });
    expect((await host.readFile(at('large'), { maxBytes: 11 }))?.size).toBe(11);
  });

  test('nothing outside the configured folders, by whatever way', async () => {
    await writeFile(join(root, 'secret'), 'x');
    await symlink(join(root, 'secret'), at('link'));
    await symlink(root, at('up'));
    for (const path of [
      join(root, 'secret'),
      at('..', 'secret'),
      at('link'),
      at('up', 'secret'),
      at('up', 'new'),
    ]) {
      await expect(host.readFile(path)).rejects.toMatchObject({ code: 'outside_folder' });
      await expect(host.replaceFile(path, Buffer.from('y'))).rejects.toMatchObject({
        code: 'outside_folder',
      });
    }
    expect(await readFile(join(root, 'secret'), 'utf8')).toBe('x');
  });

  test('the files of a folder, newest first', async () => {
    for (const [name, seconds] of [
      ['a.onnx', 10],
      ['c.onnx', 30],
      ['b.onnx', 20],
      ['.hidden', 40],
    ] as const) {
      await writeFile(at(name), name);
      await utimes(at(name), seconds, seconds);
    }
    await mkdir(at('sub'));
    const files = await host.listFiles(folder);
    expect(files.map(({ path }) => path)).toEqual([at('c.onnx'), at('b.onnx'), at('a.onnx')]);
    await expect(host.listFiles(at('absent'))).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('replacing', () => {
  test('keeps owner and mode, through a link, and leaves nothing beside', async () => {
    await writeFile(at('real.env'), 'A=1\n', { mode: 0o600 });
    if (isRoot) await chown(at('real.env'), 12345, 12346);
    await symlink('real.env', at('.env'));
    const before = await stat(at('real.env'));
    await host.replaceFile(at('.env'), Buffer.from('A=2\n'), {
      expectedSha256: sha256('A=1\n'),
      backupPath: at('real.env.bak'),
    });
    expect(await readFile(at('real.env'), 'utf8')).toBe('A=2\n');
    expect(await readFile(at('real.env.bak'), 'utf8')).toBe('A=1\n');
    for (const name of ['real.env', 'real.env.bak']) {
      const after = await stat(at(name));
      expect([after.uid, after.gid, after.mode]).toEqual([before.uid, before.gid, before.mode]);
    }
    expect((await stat(at('real.env'))).ino).not.toBe(before.ino);
    expect((await readdir(folder)).sort()).toEqual(['.env', 'real.env', 'real.env.bak']);
  });

  test('a second write does not overwrite the backup', async () => {
    await writeFile(at('e'), '1');
    for (const text of ['2', '3'])
      await host.replaceFile(at('e'), Buffer.from(text), { backupPath: at('e.bak') });
    expect(await readFile(at('e.bak'), 'utf8')).toBe('1');
    expect(await readFile(at('e'), 'utf8')).toBe('3');
  });

  test('a file that changed since the plan stays as it is', async () => {
    await writeFile(at('e'), 'someone was here');
    const plan = { expectedSha256: sha256('1'), backupPath: at('e.bak') };
    await expect(host.replaceFile(at('e'), Buffer.from('2'), plan)).rejects.toMatchObject({
      code: 'changed_since_plan',
      host: 'here',
    });
    expect(await readdir(folder)).toEqual(['e']);
    expect(await readFile(at('e'), 'utf8')).toBe('someone was here');
  });

  test('what is written while the new content is put beside it is not lost', async () => {
    await writeFile(at('e'), '1');
    // Looks in each turn of the loop; from the new file's beginning to its rename there are several.
    let turn: NodeJS.Immediate;
    const editByHand = () => {
      if (readdirSync(folder).length > 1) writeFileSync(at('e'), 'a halt was here');
      else turn = setImmediate(editByHand);
    };
    turn = setImmediate(editByHand);
    try {
      const plan = { expectedSha256: sha256('1') };
      await expect(host.replaceFile(at('e'), Buffer.from('2'), plan)).rejects.toMatchObject({
        code: 'changed_since_plan',
      });
    } finally {
      clearImmediate(turn);
    }
    expect(await readFile(at('e'), 'utf8')).toBe('a halt was here');
    expect(await readdir(folder)).toEqual(['e']);
  });

  test('a new file; one that is not there counts as empty', async () => {
    await host.replaceFile(at('new'), Buffer.from('1'), { expectedSha256: EMPTY_SHA256 });
    expect((await stat(at('new'))).mode & 0o777).toBe(0o640);
    await expect(
      host.replaceFile(at('new'), Buffer.from('2'), { expectedSha256: EMPTY_SHA256 }),
    ).rejects.toMatchObject({ code: 'changed_since_plan' });
    await host.replaceFile(at('new'), Buffer.from('2'), { mode: 0o600 });
    expect((await stat(at('new'))).mode & 0o777).toBe(0o600);
  });

  test('faults of the place', async () => {
    await symlink('nowhere', at('broken'));
    await mkdir(at('dir'));
    await expect(host.replaceFile(at('broken'), Buffer.from(''))).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(host.replaceFile(at('dir'), Buffer.from(''))).rejects.toMatchObject({ code: 'not_a_file' });
    await expect(host.replaceFile(at('no', 'folder'), Buffer.from(''))).rejects.toMatchObject({
      code: 'not_found',
    });
    expect((await readdir(folder)).sort()).toEqual(['broken', 'dir']);
  });

  test('it is replaced when everything is ready, and not where it was cancelled meanwhile', async () => {
    await writeFile(at('e'), '1');
    for (const isCancelled of [true, false]) {
      const stop = new AbortController();
      let goOn: () => void = () => {};
      const ready = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      const replacing = host
        .replaceFile(at('e'), Buffer.from('2'), { ready, signal: stop.signal })
        .catch(({ code }: { code: string }) => code);
      await eventually('the new content beside it', async () => (await readdir(folder)).length > 1);
      expect(await readFile(at('e'), 'utf8')).toBe('1');
      if (isCancelled) stop.abort();
      goOn();
      expect(await replacing).toBe(isCancelled ? 'cancelled' : undefined);
      await eventually('nothing beside it', async () => (await readdir(folder)).length === 1);
      expect(await readFile(at('e'), 'utf8')).toBe(isCancelled ? '1' : '2');
    }
  });

  test('nothing is replaced once it was cancelled', async () => {
    await writeFile(at('e'), '1');
    await expect(
      host.replaceFile(at('e'), Buffer.from('2'), { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readFile(at('e'), 'utf8')).toBe('1');
  });
});

describe('installing', () => {
  test('copies, checks, renames', async () => {
    const model = 'm'.repeat(300_000);
    await writeFile(join(root, 'staged'), model);
    await host.installFile(join(root, 'staged'), at('a.onnx'), { sha256: sha256(model), mode: 0o644 });
    expect(await host.sha256(at('a.onnx'))).toBe(sha256(model));
    expect((await stat(at('a.onnx'))).mode & 0o777).toBe(0o644);
  });

  test('one changed byte is refused and nothing is left behind', async () => {
    await writeFile(join(root, 'staged'), 'model!');
    await expect(
      host.installFile(join(root, 'staged'), at('a.onnx'), { sha256: sha256('model') }),
    ).rejects.toMatchObject({ code: 'changed_since_plan' });
    await expect(
      host.installFile(join(root, 'absent'), at('a.onnx'), { sha256: sha256('model') }),
    ).rejects.toMatchObject({ code: 'not_found' });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('readableBy', () => {
  test('looks at the file and at every folder on the way', async () => {
    await chmod(root, 0o755);
    await mkdir(at('models'), { mode: 0o755 });
    await writeFile(at('models', 'a'), '', { mode: 0o644 });
    await symlink(at('models', 'a'), at('a'));
    expect(await host.readableBy(at('a'), 'nobody')).toBe(true);
    await chmod(at('models', 'a'), 0o600);
    expect(await host.readableBy(at('a'), 'nobody')).toBe(process.getuid?.() === 65534);
    await chmod(at('models', 'a'), 0o644);
    await chmod(at('models'), 0o700);
    expect(await host.readableBy(at('a'), 'nobody')).toBe(process.getuid?.() === 65534);
    expect(await host.readableBy(at('a'), 'root')).toBe(true);
  });

  test('an account that does not exist', async () => {
    await writeFile(at('a'), '');
    await expect(host.readableBy(at('a'), 'no-such-account')).rejects.toMatchObject({ name: 'HostError' });
  });
});

const run = promisify(execFile);
const inMount = isRoot ? describe : describe.skip;

inMount('a disk that is full or read-only', () => {
  afterEach(() => run('umount', [at('disk')]));

  test('has its code, and the old file stays', async () => {
    await mkdir(at('disk'));
    await run('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', at('disk')]);
    await writeFile(at('disk', 'e'), '1');
    await expect(host.replaceFile(at('disk', 'e'), Buffer.alloc(100_000))).rejects.toMatchObject({
      code: 'no_space',
    });
    expect(await readdir(at('disk'))).toEqual(['e']);
    await run('mount', ['-o', 'remount,ro', at('disk')]);
    await expect(host.replaceFile(at('disk', 'e'), Buffer.from('2'))).rejects.toMatchObject({
      code: 'read_only',
    });
    expect(await readFile(at('disk', 'e'), 'utf8')).toBe('1');
  });
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
