import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addHours } from 'date-fns/addHours';
import {
  createMessageStore,
  type MessageReservation,
  type MessageStore,
} from '../../src/messages/message-store.js';
import { claimDelivery } from '../../src/store/claim-delivery.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const now = new Date('2026-03-04T05:06:07.000Z');
let database: TestDatabase;
let messages: MessageStore;

beforeAll(async () => {
  database = await createTestDatabase();
  messages = createMessageStore(database.pool);
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
  const about = (subject: string, key: string = randomUUID()) => ({ key, subject, channel: 'C1' });

  test('a message is reserved once, and found again with its place', async () => {
    const runId = randomUUID();
    const reservation = { ...about('precheck live'), runId };
    expect(await messages.reserve(reservation, now)).toBe(true);
    expect(await messages.reserve(reservation, addHours(now, 1))).toBe(false);
    expect(await messages.find(reservation.key)).toMatchObject({ ts: null, reservedAt: now.toISOString() });
    await messages.markPosted(reservation.key, '111.222');
    await messages.markPosted(reservation.key, '333.444');
    const found = { ...reservation, ts: '111.222', reservedAt: now.toISOString(), supersededAt: null };
    expect(await messages.find(reservation.key)).toEqual(found);
    expect(await messages.ofRun(runId)).toEqual([found]);
  });

  test('what is unknown is not found', async () => {
    expect(await messages.find('never reserved')).toBeUndefined();
    expect(await messages.ofRun('no id')).toEqual([]);
    expect(await messages.supersedeOlder('never reserved', now)).toEqual([]);
  });

  test('all but the newest on a subject are superseded in every channel, and each is handed out once', async () => {
    const [first, second, third] = [about('gonogo live'), about('gonogo live'), about('gonogo live')];
    const elsewhere = { ...about('gonogo live'), channel: 'C2' };
    const bystanders = [about('gonogo dryrun'), about('status live')];
    for (const message of [first, elsewhere, ...bystanders]) await post(message, now);
    await post(second, addHours(now, 1));
    const answers = await Promise.all(
      [1, 2, 3].map(() => messages.supersedeOlder(second.key, addHours(now, 3))),
    );
    expect(keysOf(answers.flat()).sort()).toEqual([first.key, elsewhere.key].sort());
    expect((await messages.find(second.key))?.supersededAt).toBeNull();
    await post(third, addHours(now, 2));
    expect(keysOf(await messages.supersedeOlder(third.key, now))).toEqual([second.key]);
    for (const { key } of bystanders) expect((await messages.find(key))?.supersededAt).toBeNull();
  });

  test('what is older than a run that has no message is superseded once, wherever it stands', async () => {
    const [first, second] = [about('precheck one'), { ...about('precheck one'), channel: 'C2' }];
    const later = about('precheck one');
    await post(first, now);
    await post(second, now);
    await post(later, addHours(now, 2));
    const superseded = () => messages.supersedeBefore('precheck one', addHours(now, 1), addHours(now, 1));
    const answers = await Promise.all([superseded(), superseded()]);
    expect(keysOf(answers.flat()).sort()).toEqual([first.key, second.key].sort());
    expect((await messages.find(later.key))?.supersededAt).toBeNull();
  });

  test('a message that is posted after a newer one is itself superseded, once it is posted', async () => {
    const [slow, quick] = [about('verify live'), about('verify live')];
    await messages.reserve(slow, now);
    await post(quick, addHours(now, 1));
    expect(await messages.supersedeOlder(quick.key, now)).toEqual([]);
    await messages.markPosted(slow.key, '111.222');
    expect(keysOf(await messages.supersedeOlder(slow.key, now))).toEqual([slow.key]);
    expect((await messages.find(quick.key))?.supersededAt).toBeNull();
  });
});

async function post(message: MessageReservation, at: Date): Promise<void> {
  await messages.reserve(message, at);
  await messages.markPosted(message.key, '111.222');
}

const keysOf = (found: readonly { key: string }[]) => found.map(({ key }) => key);
