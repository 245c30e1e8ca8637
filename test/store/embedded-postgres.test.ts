import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { execa } from 'execa';
import pg from 'pg';
import { isAlive } from '../../src/store/embedded/running-server.js';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.js';
import { buildPrograms, PROGRAMS_FOLDER, ROOT } from '../support/build-programs.js';

/** Built once: the processes that these tests start and kill run on plain Node. */
const programs = join(PROGRAMS_FOLDER, `embedded-postgres-${process.pid}`);
const program = join(programs, 'embedded-postgres.mjs');

/** A cluster that is initialised already: for the tests that are not about the first start. */
let seed: string;
let folder: string;
let dataDir: string;
let systemDir: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  const entryPoints = [join(ROOT, 'src', 'store', 'embedded-postgres.ts')];
  await buildPrograms({ entryPoints, folder: programs, extension: '.mjs' });
  seed = await makeFolder('lobml-seed-');
  const options = { dataDir: join(seed, 'data'), systemDir: seed, use: 'own', durable: false } as const;
  await (await startEmbeddedPostgres(options)).stop();
});
afterAll(() => Promise.all([programs, seed].map((path) => rm(path, { recursive: true }))));

beforeEach(async () => {
  folder = await makeFolder('lobml-embedded-');
  dataDir = join(folder, 'data');
  systemDir = join(folder, 'system');
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  const lines = await readFile(join(dataDir, 'postgres', 'cluster', 'data', 'postmaster.pid'), 'utf8').catch(
    () => '',
  );
  const left = Number(lines.split('\n')[0]);
  await until(async () => left === 0 || !isAlive(left));
  await rm(folder, { recursive: true });
});

/** One that PostgreSQL's account can enter, where root runs the tests. */
async function makeFolder(prefix: string): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), prefix));
  await chmod(path, 0o711);
  return path;
}

const sow = () => execa('cp', ['-a', join(seed, 'data'), dataDir]);

const start = (use: 'own' | 'share', waitMs = 20_000) =>
  startEmbeddedPostgres({ dataDir, systemDir, use, durable: false, waitMs });

async function query(url: string, text: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('it did not come to pass within 10 s');
    await sleep(20);
  }
}

/** Another process that starts a server, tells its address, and goes on until it is killed. */
async function startElsewhere(use: 'own' | 'share'): Promise<{ child: ChildProcess; url: string }> {
  const options = JSON.stringify({ dataDir, systemDir, use, durable: false });
  const script = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(program)});
    const server = await startEmbeddedPostgres(${options});
    process.stdout.write(server.url('postgres') + '\\n');
    process.stdin.on('data', async () => { await server.stop(); process.exit(); });`;
  const words = ['--input-type=module', '-e', script];
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const [line] = await once(child.stdout, 'data');
  return { child, url: String(line).trim() };
}

const isRoot = process.getuid?.() === 0;

test('what is stored is there after a stop, at the same address and in UTF-8 order', async () => {
  const first = await start('own');
  await first.createDatabase('lobml');
  await first.createDatabase('lobml');
  await query(first.url('lobml'), "CREATE TABLE note AS SELECT 'grüße 延迟' AS text");
  await first.stop();
  const second = await start('own');
  expect(second.url('lobml')).toBe(first.url('lobml'));
  expect(await query(second.url('lobml'), 'SELECT text FROM note')).toEqual([{ text: 'grüße 延迟' }]);
  const facts = `SELECT datcollate, datlocprovider, datlocale, pg_encoding_to_char(encoding) AS encoding
    FROM pg_database WHERE datname = 'lobml'`;
  expect(await query(second.url('postgres'), facts)).toEqual([
    { datcollate: 'C', datlocprovider: 'b', datlocale: 'C.UTF-8', encoding: 'UTF8' },
  ]);
  await second.stop();
});

test('nobody gets in without the password, and the password file is for its owner alone', async () => {
  await sow();
  const server = await start('own');
  const guess = new URL(server.url('postgres'));
  guess.password = 'guess';
  await expect(query(guess.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  const { mode } = await stat(join(dataDir, 'postgres', 'cluster', 'password'));
  expect(mode & 0o077).toBe(0);
  await server.stop();
});

test('a database of a template is a copy of it, and can be dropped under its users', async () => {
  await sow();
  const server = await start('own');
  await server.createDatabase('origin');
  await query(server.url('origin'), 'CREATE TABLE marked ()');
  await server.createDatabase('copy', 'origin');
  expect(await query(server.url('copy'), "SELECT to_regclass('marked')::text AS t")).toEqual([
    { t: 'marked' },
  ]);
  await server.dropDatabase('copy');
  await expect(query(server.url('copy'), 'SELECT 1')).rejects.toMatchObject({ code: '3D000' });
  await server.stop();
});

test('a terminal shares the running server and leaves it running', async () => {
  await sow();
  const bot = await start('own');
  const elsewhere = await startElsewhere('share');
  expect(elsewhere.url).toBe(bot.url('postgres'));
  elsewhere.child.stdin?.write('stop\n');
  await once(elsewhere.child, 'exit');
  expect(await query(bot.url('postgres'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await bot.stop();
});

test('a bot waits for a terminal to end its server, and then runs its own', async () => {
  await sow();
  const terminal = await startElsewhere('share');
  const bot = start('own');
  await sleep(300);
  expect(await query(terminal.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  terminal.child.stdin?.write('stop\n');
  const server = await bot;
  expect(server.isShared).toBe(false);
  await server.stop();
});

test('a bot that waits too long names the process in its way', async () => {
  await sow();
  const other = await startElsewhere('own');
  await expect(start('own', 300)).rejects.toThrow(new RegExp(`Process ${other.child.pid} already runs on`));
});

test('the server of a killed process ends, and the next start has its data', async () => {
  await sow();
  const killed = await startElsewhere('own');
  await query(killed.url, 'CREATE TABLE kept ()');
  killed.child.kill('SIGKILL');
  const server = await start('own');
  expect(await query(server.url('postgres'), "SELECT to_regclass('kept')::text AS t")).toEqual([
    { t: 'kept' },
  ]);
  await server.stop();
});

test('two who start at once on an empty folder share one server', async () => {
  const [elsewhere, here] = await Promise.all([startElsewhere('share'), start('share')]);
  expect(here.url('postgres')).toBe(elsewhere.url);
  expect(await query(elsewhere.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await here.stop();
});

(isRoot ? test : test.skip)(
  'where only root can enter, programs and data stand elsewhere and are found again',
  async () => {
    await mkdir(dataDir, { mode: 0o700 });
    const first = await start('own');
    expect(await realpath(join(dataDir, 'postgres'))).toContain(await realpath(systemDir));
    await query(first.url('postgres'), 'CREATE TABLE kept ()');
    await first.stop();
    const second = await start('own');
    expect(await query(second.url('postgres'), "SELECT to_regclass('kept')::text AS t")).toEqual([
      { t: 'kept' },
    ]);
    await second.stop();
  },
);
