import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createAuditTrail } from '../../src/audit/audit-trail.js';
import { LocalJournal } from '../../src/audit/local-journal.js';
import type { AuditEvent } from '../../src/domain/audit-event.js';
import { isSameProcessAlive } from '../../src/machine/process-identity.js';
import { createTransact } from '../../src/store/transaction.js';
import { systemClock } from '../../src/time/clock.js';
import { buildPrograms, PROGRAMS_FOLDER } from '../support/build-programs.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let dataDir: string;
let database: TestDatabase;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lobml-journal-'));
  database = await createTestDatabase();
});
afterEach(async () => {
  await rm(dataDir, { recursive: true });
  await database.drop();
});

const opened: LocalJournal[] = [];
afterEach(() => Promise.all(opened.splice(0).map((journal) => journal.close())));

function journalOf(pid: number, alive: readonly number[] = [pid]): LocalJournal {
  const isAlive = (owner: string) => alive.includes(Number.parseInt(owner, 10));
  const journal = new LocalJournal({ dataDir, owner: `${pid}:`, isAlive });
  opened.push(journal);
  return journal;
}

function event(number: number): AuditEvent {
  const actor = { id: 'U0CAROL', name: 'carol', surface: 'slack' } as const;
  const at = `2026-01-01T00:00:${String(number).padStart(2, '0')}.000Z`;
  return {
    eventId: randomUUID(),
    strategy: 's',
    kind: 'k',
    target: 'live',
    actor,
    at,
    reason: null,
    details: { number },
  };
}

/** A database that is unreachable until the test brings it back. */
function trailOver(journal: ReturnType<typeof journalOf>, isThere: () => boolean) {
  const transact = createTransact(async () => database.pool);
  return createAuditTrail({
    journal,
    database: database.pool,
    transact: async (work) => {
      if (!isThere()) throw new Error('connect ECONNREFUSED');
      return transact(work);
    },
    clock: systemClock,
    newId: randomUUID,
    onAway: () => {},
  });
}

const stored = async () => {
  const { rows } = await database.pool.query('SELECT details FROM lobml.audit_events ORDER BY position');
  return rows.map(({ details }) => details.number);
};

test('events of a time without the database are moved in later, in order and once', async () => {
  let isThere = false;
  const trail = trailOver(journalOf(7), () => isThere);
  for (const number of [1, 2, 3]) await trail.record(event(number));
  expect(await stored()).toEqual([]);
  await expect(trail.flush()).rejects.toThrow('ECONNREFUSED');
  isThere = true;
  expect(await trail.flush()).toBe(3);
  expect(await trail.flush()).toBe(0);
  await trail.record(event(4));
  expect(await stored()).toEqual([1, 2, 3, 4]);
  expect(await readdir(join(dataDir, 'journal'))).toEqual([]);
});

test('a crash between the database and the journal makes no double', async () => {
  const dead = journalOf(7);
  for (const number of [1, 2]) await dead.append(event(number));
  const [pending] = await dead.pending();
  const moving = trailOver(journalOf(8, [8]), () => true);
  expect(await moving.flush()).toBe(2);
  // As if the file had not been taken away.
  for (const again of pending?.events ?? []) await dead.append(again);
  expect(await moving.flush()).toBe(0);
  expect(await stored()).toEqual([1, 2]);
});

test('a line that was cut off by a crash is no event, and what stands before it is kept', async () => {
  const dead = journalOf(7);
  await dead.append(event(1));
  const [name = ''] = await readdir(join(dataDir, 'journal'));
  await appendFile(join(dataDir, 'journal', name), JSON.stringify(event(2)).slice(0, 40));
  expect(await trailOver(journalOf(8, [8]), () => true).flush()).toBe(1);
  expect(await stored()).toEqual([1]);
  expect(await readdir(join(dataDir, 'journal'))).toEqual([`${name}.unread`]);
  expect(await readFile(join(dataDir, 'journal', `${name}.unread`), 'utf8')).toContain('{"eventId":');
});

test('what cannot be read is not taken away, is told once, and holds nothing else up', async () => {
  const told: string[] = [];
  const locked = join(dataDir, 'journal', `9.-${randomUUID()}.jsonl`);
  await mkdir(locked, { recursive: true });
  const onFault = (_error: unknown, file: string) => told.push(file);
  const journal = new LocalJournal({ dataDir, owner: '7:', isAlive: () => false, onFault });
  opened.push(journal);
  const trail = trailOver(journal, () => true);
  for (const number of [1, 2]) await trail.record(event(number));
  expect(await stored()).toEqual([1, 2]);
  expect(await readdir(join(dataDir, 'journal'))).toEqual([basename(locked)]);
  expect(told).toEqual([locked]);
});

test('a disk that is full in the middle of a line loses no other event', async () => {
  const folder = join(PROGRAMS_FOLDER, `full-disk-${process.pid}`);
  const entryPoints = [join(import.meta.dirname, 'support', 'full-disk-process.ts')];
  await buildPrograms({ entryPoints, folder, extension: '.mjs' });
  const program = join(folder, 'full-disk-process.mjs');
  // No file of the process may grow beyond 1 KiB: the write that crosses it is cut short, like on a full disk.
  const limited = `ulimit -f 1; exec "$0" "$1" "$2"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', limited, process.execPath, program, dataDir]);
  await rm(folder, { recursive: true });
  const { kept, failed } = JSON.parse(stdout);
  expect(failed).not.toHaveLength(0);
  const trail = trailOver(journalOf(8, [8]), () => true);
  expect(await trail.flush()).toBe(kept.length);
  expect(await stored()).toEqual(kept);
  const left = await readdir(join(dataDir, 'journal'));
  expect(left.every((name) => name.endsWith('.unread'))).toBe(true);
  expect(left).not.toHaveLength(0);
});

test('the file of a process that is gone is taken away, also when another one has its number now', async () => {
  const dead = new LocalJournal({ dataDir, owner: `${process.pid}:1`, isAlive: () => true });
  opened.push(dead);
  await dead.append(event(1));
  const journal = new LocalJournal({ dataDir, owner: '8:', isAlive: isSameProcessAlive });
  expect(await trailOver(journal, () => true).flush()).toBe(1);
  expect(await readdir(join(dataDir, 'journal'))).toEqual([]);
});

test('an event that this machine does not take stands in the database, and nowhere it is an error', async () => {
  await writeFile(join(dataDir, 'journal'), 'in the way');
  let isThere = true;
  const trail = trailOver(journalOf(7), () => isThere);
  await trail.record(event(1));
  await trail.keep({ ...event(2), reason: 'DB_PASSWORD=hunter22' });
  expect(await stored()).toEqual([1, 2]);
  expect(JSON.stringify(await trail.chain('s', 0, 9))).not.toContain('hunter22');
  isThere = false;
  await expect(trail.record(event(3))).rejects.toThrow('ECONNREFUSED');
});

test('the file of another running process is read and stays its own', async () => {
  const other = journalOf(7, [7, 8]);
  await other.append(event(1));
  const ours = trailOver(journalOf(8, [7, 8]), () => true);
  expect(await ours.flush()).toBe(1);
  await other.append(event(2));
  expect(await ours.flush()).toBe(1);
  expect(await stored()).toEqual([1, 2]);
});
