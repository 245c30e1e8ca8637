import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { audit } from '../../commands/audit.js';
import type { Services } from '../../src/app/services.js';
import { openAuditKey, readAuditKey } from '../../src/audit/audit-key.js';
import { type AuditTrail, createAuditTrail } from '../../src/audit/audit-trail.js';
import { LocalJournal } from '../../src/audit/local-journal.js';
import { createHeadTask, postHeads } from '../../src/audit/post-head.js';
import type { Conversation } from '../../src/conversation/subcommand.js';
import type { Report } from '../../src/domain/report.js';
import { createTransact } from '../../src/store/transaction.js';
import { systemClock } from '../../src/time/clock.js';
import { prepareWorkerSchema, WORKER_SCHEMA } from '../../src/worker/worker-schema.js';
import { auditHeadView } from '../../views/audit-head.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

/** The head of the audit trail in a channel: whoever may change the database may not change what stands there. */

const CAROL = { id: 'U0CAROL', name: 'carol', surface: 'terminal' } as const;
let database: TestDatabase;
let dataDir: string;
let trail: AuditTrail;
let posts: { channel: string; key: string; report: Report }[];

beforeEach(async () => {
  database = await createTestDatabase();
  await prepareWorkerSchema(database, { always: true });
  dataDir = await mkdtemp(join(tmpdir(), 'lobml-head-'));
  posts = [];
  trail = createAuditTrail({
    journal: new LocalJournal({ dataDir, owner: '7:', isAlive: () => true }),
    database: database.pool,
    transact: createTransact(async () => database.pool),
    clock: systemClock,
    newId: randomUUID,
    onAway: (error) => {
      throw error;
    },
  });
});
afterEach(async () => {
  await database.drop();
  await rm(dataDir, { recursive: true });
});

const record = (strategy: string, number: number) =>
  trail.record({
    ...{ kind: 'halt.requested', strategy, target: 'live', actor: CAROL, reason: 'why', details: { number } },
    at: `2026-01-01T00:00:0${number}.000Z`,
  });

/** One replica. @param loses its first answers after they have taken effect */
function replica(loses = 0) {
  let left = loses;
  return createHeadTask({
    database: database.pool,
    trail,
    openKey: () => openAuditKey(dataDir),
    channel: 'C0AUDIT',
    view: (head) => auditHeadView(head, 'en'),
    announcer: {
      async post(channel, report, key) {
        const index = posts.push({ channel, key, report });
        left -= 1;
        if (left >= 0) throw new Error('The answer was lost.');
        return { channel, ts: `${index}.0` };
      },
      find: async (_channel, key) => {
        const index = posts.findIndex((post) => post.key === key);
        return index < 0 ? undefined : `${index + 1}.0`;
      },
    },
  });
}
const call = { stopping: new AbortController().signal, lost: new AbortController().signal };

/** The lines as a person copies them out of the message. */
async function copied(): Promise<string> {
  const shown = posts[0]?.report.blocks.map((block) => JSON.stringify(block)).join('\n') ?? '';
  const text = JSON.parse(`"${/```(.*?)```/.exec(shown)?.[1] ?? ''}"`) as string;
  const file = join(dataDir, 'head.jsonl');
  await writeFile(file, text);
  return file;
}

async function verify(...words: string[]) {
  const told: string[] = [];
  const services = {
    audit: trail,
    auditKey: { open: () => openAuditKey(dataDir), known: () => readAuditKey(dataDir) },
    now: () => new Date(),
  } as unknown as Services;
  const whisper = async ({ text }: Report) => void told.push(text);
  const conversation = { person: CAROL, locale: 'en', channel: '', whisper } as unknown as Conversation;
  const { exitCode } = await audit.run(['verify', ...words], conversation, services);
  return { exitCode, told: told.join() };
}

test('once a day, by whichever replica, also where the answer to the post was lost', async () => {
  await record('one', 1);
  await record('two', 1);
  await expect(replica(1)(undefined, call)).rejects.toThrow('lost');
  await Promise.all([replica()(undefined, call), replica()(undefined, call)]);
  await replica()(undefined, call);
  expect(posts.map(({ channel }) => channel)).toEqual(['C0AUDIT']);
  const { rows } = await database.pool.query(
    `SELECT run_at > now() AND run_at < now() + interval '25 hours' AS "isNext",
       to_char(run_at AT TIME ZONE 'UTC', 'HH24:MI') AS at FROM ${WORKER_SCHEMA}.jobs WHERE key = 'audit head'`,
  );
  expect(rows).toEqual([{ isNext: true, at: '00:05' }]);
  // A bot that starts meanwhile changes nothing about that.
  await postHeads(database.pool);
  const { rows: kept } = await database.pool.query(
    `SELECT run_at > now() AS "isNext" FROM ${WORKER_SCHEMA}.jobs WHERE key = 'audit head'`,
  );
  expect(kept).toEqual([{ isNext: true }]);
  // The day is over.
  await database.pool.query(`UPDATE lobml.audit_posts SET day = day - 1`);
  await replica()(undefined, call);
  expect(posts).toHaveLength(2);
});

test('what was posted is held against the database: grown, cut, replaced, forged', async () => {
  await record('one', 1);
  await record('one', 2);
  await replica()(undefined, call);
  const file = await copied();
  expect(await verify('--against', file)).toMatchObject({ exitCode: 0 });
  await record('one', 3);
  const grown = await verify('--against', file);
  expect(grown).toMatchObject({
    exitCode: 0,
    told: expect.stringMatching(/chain of 3 events holds.*Signed by/),
  });
  // Signed by another key, and changed after it was signed.
  expect(await verify('--against', file, '--key', 'ab')).toMatchObject({ exitCode: 1 });
  const forged = join(dataDir, 'forged.jsonl');
  const { readFile } = await import('node:fs/promises');
  await writeFile(forged, (await readFile(file, 'utf8')).replace('"position":2', '"position":1'));
  expect(await verify('--against', forged)).toMatchObject({
    exitCode: 1,
    told: expect.stringContaining('its signature does not hold'),
  });
  // A backup of before was restored, whole in itself.
  await database.pool.query('DELETE FROM lobml.audit_events WHERE position > 1');
  await database.pool.query(
    `UPDATE lobml.audit_heads SET position = 1, sha256 = (SELECT sha256 FROM lobml.audit_events WHERE position = 1)`,
  );
  expect((await verify()).exitCode).toBe(0);
  const cut = await verify('--against', file);
  expect(cut).toMatchObject({ exitCode: 1, told: expect.stringContaining('the database ends before') });
  // It went on from there.
  await record('one', 7);
  expect((await verify()).exitCode).toBe(0);
  const replaced = await verify('--against', file);
  expect(replaced).toMatchObject({ exitCode: 1, told: expect.stringContaining('holds other events') });
});
