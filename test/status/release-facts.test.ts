import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { newHalt } from '../../src/domain/halt.js';
import { saveHalt } from '../../src/halt/halt-queries.js';
import { insertLock } from '../../src/release/store/locks.js';
import { createReleaseFacts } from '../../src/status/release-facts.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { storeRelease, storeRequest } from '../support/releases.js';

const CAROL = { id: 'U0CAROL', name: 'carol', surface: 'slack' } as const;
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('TRUNCATE lobml.releases, lobml.release_requests, lobml.locks CASCADE'));

const factsOf = (target: string) => createReleaseFacts(database.pool, 'crypto_lob_ml').factsOf(target);

test('a target that nobody has touched has nothing', async () => {
  await storeRelease(database.pool, {
    target: 'dryrun',
    state: 'running',
    startedAt: '2026-03-01T12:00:00.000Z',
  });
  expect(await factsOf('live')).toEqual({
    lock: undefined,
    openRequests: [],
    running: undefined,
    lastConfirmed: undefined,
  });
});

test('a lock and a request that waits for a decision', async () => {
  const lock = { strategy: 'crypto_lob_ml', target: 'live', holder: CAROL, reason: 'payday' };
  const taken = await insertLock(database.pool, lock, undefined);
  const requestId = await storeRequest(database.pool, { state: 'approved', at: '2026-03-01T12:00:00.000Z' });
  expect(await factsOf('live')).toMatchObject({
    lock: { by: CAROL, reason: 'payday', at: taken?.takenAt, until: null },
    openRequests: [
      {
        requestId,
        state: 'approved',
        by: { id: 'U0ALICE' },
        at: '2026-03-01T12:00:00.000Z',
        reason: 'a better loss',
      },
    ],
  });
});

test('the release that goes on stands for its request, beside the newest one that was confirmed', async () => {
  const days = ['01', '02', '03'].map((day) => `2026-02-${day}T12:00:00.000Z`);
  await storeRelease(database.pool, { state: 'confirmed', modelVersion: 'v2', startedAt: days[0] ?? '' });
  const confirmed = await storeRelease(database.pool, {
    state: 'confirmed',
    modelVersion: 'v3',
    startedAt: days[1] ?? '',
  });
  await storeRelease(database.pool, { state: 'reverted', modelVersion: 'v4', startedAt: days[2] ?? '' });
  const running = await storeRelease(database.pool, {
    state: 'watching',
    requestState: 'executing',
    startedAt: '2026-03-01T12:00:00.000Z',
  });
  const facts = await factsOf('live');
  expect(facts.openRequests).toEqual([]);
  expect(facts.running).toMatchObject({ releaseId: running, state: 'watching', modelVersion: undefined });
  expect(facts.lastConfirmed).toMatchObject({ releaseId: confirmed, modelVersion: 'v3', at: days[1] });
});

test('the newest halt stands until a release has begun after it', async () => {
  const halt = newHalt({
    haltId: randomUUID(),
    strategy: 'crypto_lob_ml',
    target: 'live',
    kind: 'disable',
    wanted: {},
    wantedOf: {},
    requestedBy: CAROL,
    requestedAt: '2026-03-01T12:00:00.000Z',
    reason: null,
    hosts: [],
  });
  const ended = { ...halt, state: 'verified' as const, endedAt: '2026-03-01T12:02:00.000Z' };
  await saveHalt(database.pool, { halt: ended, messages: [] }, 'a');
  expect((await factsOf('live')).halt).toEqual({
    kind: 'disable',
    state: 'verified',
    by: CAROL,
    at: halt.requestedAt,
  });
  // A model that was put back since turns nothing on.
  const model = {
    ...ended,
    haltId: randomUUID(),
    kind: 'previous_model' as const,
    requestedAt: '2026-03-01T12:03:00.000Z',
    endedAt: '2026-03-01T12:04:00.000Z',
  };
  await saveHalt(database.pool, { halt: model, messages: [] }, 'a');
  expect((await factsOf('live')).halt).toMatchObject({ state: 'verified', at: halt.requestedAt });
  const laterRelease = { releaseId: 'r', startedAt: '2026-03-01T13:00:00.000Z' };
  await saveHalt(database.pool, { halt: { ...ended, laterRelease }, messages: [] }, 'a');
  expect((await factsOf('live')).halt).toBeUndefined();
});
