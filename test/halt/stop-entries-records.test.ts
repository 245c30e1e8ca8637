import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type Halt, type HaltKind, newHalt, newHostHalt } from '../../src/domain/halt.js';
import { claimHalt, markHaltsResolved, saveHalt } from '../../src/halt/halt-queries.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('DELETE FROM lobml.halts'));

const haltOf = (number: number, kind: HaltKind, ended?: Pick<Halt, 'state' | 'endedAt'>): Halt => ({
  ...newHalt({
    ...{ haltId: `00000000-0000-4000-8000-00000000000${number}`, strategy: 's', target: 'live', kind },
    ...{ wanted: {}, wantedOf: {}, reason: null, hosts: [newHostHalt('h1')] },
    requestedBy: { id: 'U1', name: 'carol', surface: 'slack' },
    requestedAt: new Date(Date.now() - 60_000 + number * 1_000).toISOString(),
  }),
  ...ended,
});
const claim = (halt: Halt, owner: string) => claimHalt(database.pool, { halt, messages: [] }, owner);
const ended = (state: Halt['state'], secsAgo: number) => ({
  state,
  endedAt: new Date(Date.now() - secsAgo * 1_000).toISOString(),
});
const save = (halt: Halt) => saveHalt(database.pool, { halt, messages: [] }, 'one');

test('of two replicas the one that disables wins over the one that stops entries, and never the other way', async () => {
  expect(await claim(haltOf(1, 'stop_entries'), 'one')).toBeUndefined();
  expect((await claim(haltOf(2, 'previous_model'), 'two'))?.halt.kind).toBe('stop_entries');
  expect(await claim(haltOf(3, 'disable'), 'two')).toBeUndefined();
  expect((await claim(haltOf(4, 'stop_entries'), 'one'))?.halt.kind).toBe('disable');
});

test.each([
  ['stop_entries', 'disable', false],
  ['stop_entries', 'stop_entries', true],
  ['disable', 'stop_entries', true],
] as const)('a verified %s resolves an unverified %s: %s', async (later, open, isResolved) => {
  await save(haltOf(1, open, ended('not_verified', 50)));
  await save(haltOf(2, later, ended('verified', 40)));
  expect(await markHaltsResolved(database.pool, 's')).toHaveLength(isResolved ? 1 : 0);
});
