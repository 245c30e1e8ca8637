import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addHours } from 'date-fns/addHours';
import {
  insertMessage,
  type NewMessage,
  noteShown,
  selectMessages,
  selectPause,
  supersedeMessages,
} from '../../src/messages/message-store.js';
import type { Subject } from '../../src/messages/subject.js';
import { claimDelivery } from '../../src/store/claim-delivery.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const now = new Date('2026-03-04T05:06:07.000Z');
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

describe('deliveries', () => {
  test('of twenty who claim at once, one is the first', async () => {
    const claims = await Promise.all(
      Array.from({ length: 20 }, () => claimDelivery(database.pool, 'Ev1', now)),
    );
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await claimDelivery(database.pool, 'Ev1', addHours(now, 2))).toBe(false);
  });

  test('claims are forgotten after a day, on the way of later ones', async () => {
    await claimDelivery(database.pool, 'old', now);
    await claimDelivery(database.pool, 'recent', addHours(now, 10));
    await claimDelivery(database.pool, 'later', addHours(now, 25));
    const { rows } = await database.pool.query('SELECT key FROM lobml.deliveries ORDER BY key');
    expect(rows.map((row) => row.key)).toEqual(['later', 'recent']);
  });
});

describe('messages', () => {
  const about = (series: string, subject: Subject = `run:${randomUUID()}`) =>
    ({ subject, role: 'report', series, channel: 'C1' }) as const;
  const insert = (message: NewMessage, at: Date) => insertMessage(database.pool, message, at);
  const post = (message: NewMessage, at: Date) => insert({ ...message, ts: '111.222' }, at);
  const found = async ({ subject }: NewMessage) => (await selectMessages(database.pool, subject))[0];
  const supersede = (series: string, before: Date) =>
    supersedeMessages(database.pool, { series, before }, addHours(now, 9));

  test('a message is reserved once, and found again with its place', async () => {
    const message = about('precheck live');
    const reserved = { ...message, key: `${message.subject} report`, locale: null, supersededAt: null };
    const { series: _series, ...row } = { ...reserved, ts: null, reservedAt: now.toISOString() };
    expect(await insert(message, now)).toEqual(row);
    expect(await insert(message, addHours(now, 1))).toBeUndefined();
    expect(await found(message)).toEqual(row);
    await noteShown(database.pool, row, '111.222');
    await noteShown(database.pool, row, '333.444');
    expect(await found(message)).toEqual({ ...row, ts: '111.222' });
    // Somebody deleted it, and two replicas posted it anew.
    await noteShown(database.pool, { ...row, ts: '111.222' }, '555.666');
    await noteShown(database.pool, { ...row, ts: '111.222' }, '777.888');
    expect(await found(message)).toEqual({ ...row, ts: '555.666' });
  });

  test('what is unknown is not found', async () => {
    expect(await selectMessages(database.pool, 'run:no id')).toEqual([]);
    expect(await supersede('never reserved', addHours(now, 1))).toEqual([]);
  });

  test('all but the newest of a series are superseded in every channel, and each is handed out once', async () => {
    const [first, second, third] = [about('gonogo live'), about('gonogo live'), about('gonogo live')];
    const elsewhere = { ...about('gonogo live'), channel: 'C2' };
    const bystanders = [about('gonogo dryrun'), about('status live')];
    for (const message of [first, elsewhere, ...bystanders]) await post(message, now);
    await post(second, addHours(now, 1));
    const answers = await Promise.all([1, 2, 3].map(() => supersede('gonogo live', addHours(now, 1))));
    expect(subjectsOf(answers.flat()).sort()).toEqual([first.subject, elsewhere.subject].sort());
    expect((await found(second))?.supersededAt).toBeNull();
    await post(third, addHours(now, 2));
    expect(subjectsOf(await supersede('gonogo live', addHours(now, 2)))).toEqual([second.subject]);
    for (const message of bystanders) expect((await found(message))?.supersededAt).toBeNull();
  });

  test('a message that is not known to have been posted is superseded once it is', async () => {
    const slow = about('verify live');
    const row = await insert(slow, now);
    expect(await supersede('verify live', addHours(now, 1))).toEqual([]);
    if (row !== undefined) await noteShown(database.pool, row, '111.222');
    expect(subjectsOf(await supersede('verify live', addHours(now, 1)))).toEqual([slow.subject]);
  });

  test('what has just been shown is left alone for a while, by the database’s clock', async () => {
    const message = about('pause live');
    const row = await insert(message, now);
    expect(await selectPause(database.pool, message.subject, 60_000)).toBe(0);
    if (row !== undefined) await noteShown(database.pool, row, '111.222');
    expect(await selectPause(database.pool, message.subject, 60_000)).toBeGreaterThan(0);
    expect(await selectPause(database.pool, message.subject, 60_000)).toBeLessThanOrEqual(60_000);
    await database.pool.query(`UPDATE lobml.messages SET shown_at = shown_at - interval '1 minute'`);
    expect(await selectPause(database.pool, message.subject, 60_000)).toBe(0);
  });
});

const subjectsOf = (found: readonly { subject: string }[]) => found.map(({ subject }) => subject);
