import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { writeAside } from '../../src/machine/write-aside.js';
import { buildPrograms, PROGRAMS_FOLDER } from '../support/build-programs.js';

const run = promisify(execFile);
const programs = join(PROGRAMS_FOLDER, `aside-${process.pid}`);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lobml-aside-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await rm(programs, { recursive: true, force: true });
});

test('a file for the bot alone, in a folder that it makes', async () => {
  const path = await writeAside(join(folder, 'halts'), 'text', { synced: true });
  expect(await readFile(path, 'utf8')).toBe('text');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, 'halts'))).mode & 0o777).toBe(0o700);
});

test('what a disk does not take is not left there by halves', async () => {
  const entryPoints = [join(import.meta.dirname, '../../src/machine/write-aside.ts')];
  await buildPrograms({ entryPoints, folder: programs, extension: '.mjs' });
  const script = `import { writeAside } from ${JSON.stringify(join(programs, 'write-aside.mjs'))};
    await writeAside(${JSON.stringify(folder)}, 'text', { synced: false }).catch(({ code }) => console.log(code));`;
  // No file of that process may grow: the write fails as on a full disk.
  const limited = `trap '' XFSZ; ulimit -f 0; exec "$@"`;
  const words = ['-c', limited, 'sh', process.execPath, '--input-type=module', '-e', script];
  expect((await run('sh', words)).stdout).toBe('EFBIG\n');
  expect(await readdir(folder)).toEqual([]);
});
