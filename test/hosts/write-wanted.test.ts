import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { writeWanted } from '../../src/hosts/environment/write-wanted.js';
import { type Host, HostError, type ServiceManager } from '../../src/hosts/host.js';
import { createLocalHost } from '../../src/hosts/local/local-host.js';

let folder: string;
let host: Host;
const at = (...names: string[]) => join(folder, ...names);
const textOf = (...names: string[]) => readFile(at(...names), 'utf8').catch(() => undefined);
const OFF = new Map([['FLAG', 'false']]);
const timeoutMs = 10_000;
const settings = () => ({
  environmentFiles: [at('opt', 'base.env'), at('opt', 'own.env'), at('opt', 'late.env')].map((path) => ({
    path,
    optional: true,
  })),
  writtenEnvironmentFile: at('opt', 'own.env'),
});
const note = () => ({ path: at('halts', 'note.json'), content: { of: 'a halt' } });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lobml-wanted-'));
  await mkdir(at('opt'));
  await writeFile(at('opt', 'base.env'), 'FLAG=maybe\nOTHER=1\n');
  await writeFile(at('opt', 'own.env'), 'FLAG=true\n');
  host = createLocalHost({ name: 'one', service: {} as ServiceManager, folders: [at('opt')] });
});
afterEach(() => rm(folder, { recursive: true }));

/** The host, with something that happens when everything is prepared and nothing is replaced yet. */
function withLast(happens: (path: string) => Promise<void>): Host {
  return Object.assign(Object.create(host), {
    name: host.name,
    readFile: host.readFile.bind(host),
    async replaceFile(path: string, bytes: Buffer, options: Parameters<Host['replaceFile']>[2]) {
      await options?.ready;
      await happens(path);
      return host.replaceFile(path, bytes, options);
    },
  });
}

test('what stood there is noted for the bot alone before any file is replaced', async () => {
  await writeFile(at('opt', 'late.env'), 'FLAG=yes\n');
  const seen: unknown[] = [];
  const looking = withLast(async () => {
    seen.push(JSON.parse((await textOf('halts', 'note.json')) ?? 'null'));
    seen.push([await textOf('opt', 'own.env'), await textOf('opt', 'late.env')]);
  });
  const written = await writeWanted(looking, settings(), OFF, { timeoutMs, note: note() });
  const noted = { of: 'a halt', before: { FLAG: 'yes' } };
  expect(seen[0]).toEqual(noted);
  expect(seen[1]).toEqual(noted);
  expect(seen).toContainEqual(['FLAG=true\n', 'FLAG=yes\n']);
  expect(written).toEqual({
    wasDone: false,
    files: [at('opt', 'own.env'), at('opt', 'late.env')],
    before: { FLAG: 'yes' },
  });
  expect(await textOf('opt', 'base.env')).toBe('FLAG=maybe\nOTHER=1\n');
  expect(await textOf('opt', 'own.env')).toBe('FLAG=false\n');
  expect(await textOf('opt', 'late.env')).toBe('FLAG=false\n');
  expect((await stat(at('halts', 'note.json'))).mode & 0o777).toBe(0o600);
  expect(await readdir(at('halts'))).toEqual(['note.json']);
});

test('where nothing has to be written nothing is noted', async () => {
  await writeFile(at('opt', 'own.env'), 'FLAG=false\n');
  const written = await writeWanted(host, settings(), OFF, { timeoutMs, note: note() });
  expect(written).toEqual({ wasDone: true, files: [], before: { FLAG: 'false' } });
  expect(await textOf('halts', 'note.json')).toBeUndefined();
});

test('a note that cannot be put there holds up nothing', async () => {
  await writeFile(at('halts'), 'a file, where the folder should be');
  const written = await writeWanted(host, settings(), OFF, { timeoutMs, note: note() });
  expect(written).toMatchObject({ wasDone: false, before: { FLAG: 'true' } });
  expect(await textOf('opt', 'own.env')).toBe('FLAG=false\n');
});

test('what was read is told also where a file cannot be replaced', async () => {
  const failing = withLast(async (subject) => {
    const facts = { host: 'one', attempt: 'write_file', subject, errno: 'ENOSPC' } as const;
    throw new HostError('no_space', { code: 'host_failed', facts });
  });
  expect(await writeWanted(failing, settings(), OFF, { timeoutMs, note: note() })).toEqual({
    wasDone: false,
    files: [at('opt', 'own.env')],
    before: { FLAG: 'true' },
    failed: {
      code: 'no_space',
      fault: {
        code: 'host_failed',
        facts: { host: 'one', attempt: 'write_file', subject: at('opt', 'own.env'), errno: 'ENOSPC' },
      },
    },
  });
});

test('what is cancelled after it was read replaces nothing', async () => {
  const stop = new AbortController();
  const cancelling = withLast(async () => stop.abort());
  const written = await writeWanted(cancelling, settings(), OFF, { timeoutMs, signal: stop.signal });
  expect(written.failed).toMatchObject({ code: 'cancelled' });
  expect(await textOf('opt', 'own.env')).toBe('FLAG=true\n');
});

test('what cannot be read is told as that, and nothing is noted', async () => {
  await mkdir(at('opt', 'late.env'));
  await expect(writeWanted(host, settings(), OFF, { timeoutMs, note: note() })).rejects.toMatchObject({
    code: 'not_a_file',
  });
  expect(await textOf('opt', 'own.env')).toBe('FLAG=true\n');
  expect(await textOf('halts', 'note.json')).toBeUndefined();
});
