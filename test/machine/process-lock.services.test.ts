import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createAuditTrail } from '../../src/audit/audit-trail.js';
import { openLocalJournal } from '../../src/audit/open-audit.js';
import { createOpenHaltFiles } from '../../src/halt/open-halt-file.js';
import { identifyProcess } from '../../src/machine/process-identity.js';
import { createTransact } from '../../src/store/transaction.js';
import { systemClock } from '../../src/time/clock.js';
import { eventually } from '../sandbox/host/eventually.js';
import { buildPrograms, PROGRAMS_FOLDER } from '../support/build-programs.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

/** Two bots with one DATA_DIR, one of them in a container: a namespace of process numbers of its own. */
const programs = join(PROGRAMS_FOLDER, `elsewhere-${process.pid}`);
let dataDir: string;
let database: TestDatabase;

beforeAll(async () => {
  const entryPoints = [join(import.meta.dirname, 'support', 'elsewhere-process.ts')];
  await buildPrograms({ entryPoints, folder: programs, extension: '.mjs' });
  dataDir = await mkdtemp(join(tmpdir(), 'lobml-shared-'));
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
  await rm(dataDir, { recursive: true });
  await rm(programs, { recursive: true });
});

/** What it says, line by line. */
function linesOf(child: ChildProcess): () => Promise<string> {
  if (child.stdout === null) throw new Error('it has no output');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async () => String((await lines.next()).value);
}

/** A lock that is young may not be held yet. */
async function age(): Promise<void> {
  const locks = (await readdir(dataDir)).filter((name) => name.startsWith('.alive.'));
  expect(locks).toHaveLength(1);
  const long = new Date(Date.now() - 60_000);
  for (const name of locks) await utimes(join(dataDir, name), long, long);
}

const journals = async () => (await readdir(join(dataDir, 'journal'))).length;
const stored = async () => {
  const { rows } = await database.pool.query('SELECT details FROM lobml.audit_events ORDER BY position');
  return rows.map(({ details }) => details.number);
};

test('the journal and the halt of a bot that lives in another container are left to it, and taken once it is dead', async () => {
  const words = ['--pid', '--fork', '--kill-child', '--mount-proc', process.execPath];
  const child = spawn('unshare', [...words, join(programs, 'elsewhere-process.mjs'), dataDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const next = linesOf(child);
  expect(await next()).toBe('ready');
  await age();
  const own = openLocalJournal({ dataDir }, process.pid, { warn: () => {} });
  const transact = createTransact(async () => database.pool);
  const trail = createAuditTrail({
    journal: own,
    database: database.pool,
    transact,
    clock: systemClock,
    newId: () => '',
    onAway: () => {},
  });
  const halts = createOpenHaltFiles(dataDir, identifyProcess(process.pid));
  for (const number of [1, 2, 3]) {
    child.stdin?.write('\n');
    expect(await next()).toBe(`event ${number}`);
    // In between the file is read, and must not be taken from under it.
    await trail.flush();
    expect(await halts.abandoned()).toEqual([]);
  }
  expect(await stored()).toEqual([1, 2, 3]);
  expect(await journals()).toBe(1);
  child.kill('SIGKILL');
  await exited;
  await age();
  await eventually('its halt is nobody’s', async () => (await halts.abandoned()).length === 1);
  await trail.flush();
  expect(await journals()).toBe(0);
  expect(await stored()).toEqual([1, 2, 3]);
});
