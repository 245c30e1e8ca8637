import { appendFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { CheckRun } from '../../src/domain/check-run.js';
import type { Person } from '../../src/domain/person.js';
import { askToBreakGlass } from './support/break-glass.js';
import {
  ALICE,
  BOB,
  CAROL,
  createReleaseWorld,
  DAVE,
  type ReleaseWorld,
  requestAsAlice,
  WISH,
} from './support/release-world.js';

let world: ReleaseWorld;
beforeEach(async () => {
  world = await createReleaseWorld();
});
afterEach(() => world.end());

const breakGlass = async (by: Person, outcome: CheckRun['checks'][number]['outcome'] = 'PASS') =>
  world.service.breakGlass(await askToBreakGlass(world, by, outcome));

test('an admin starts a release without approvals; the next ordinary one waits for a review by somebody else', async () => {
  const result = await breakGlass(CAROL);
  if (result.kind !== 'requested') throw new Error(JSON.stringify(result));
  const { requestId } = result.request;
  expect((await world.service.view(requestId))?.request).toMatchObject({
    kind: 'break_glass',
    state: 'executing',
  });
  await world.database.pool.query(`UPDATE lobml.release_requests SET state = 'executed'`);
  await world.database.pool.query(`UPDATE lobml.releases SET state = 'confirmed'`);

  await expect(requestAsAlice(world)).rejects.toThrow('review_pending');
  expect(await world.service.review({ requestId, person: CAROL })).toMatchObject({
    refusal: { code: 'own_break_glass' },
  });
  const stranger = { ...DAVE, id: 'U0FRANK' };
  expect(await world.service.review({ requestId, person: stranger })).toMatchObject({
    refusal: { code: 'not_an_approver' },
  });
  expect(await world.service.review({ requestId, person: BOB })).toEqual({ kind: 'done', repeated: false });
  expect(await world.service.review({ requestId, person: BOB })).toEqual({ kind: 'done', repeated: true });
  expect((await requestAsAlice(world)).state).toBe('open');
  expect(world.events.map(({ kind }) => kind)).toContain('release.glass_broken');
});

test('only an admin, and not from a terminal', async () => {
  expect(await breakGlass(ALICE)).toMatchObject({ refusal: { code: 'not_allowed' } });
  expect(await breakGlass({ ...CAROL, surface: 'terminal' })).toMatchObject({
    refusal: { code: 'not_allowed' },
  });
});

test('never past a model that fails, nor past a change since it was shown', async () => {
  expect(await breakGlass(CAROL, 'FAIL')).toMatchObject({ refusal: { code: 'model_not_proved' } });
  const checked = await world.service.plan(WISH, world.target, CAROL);
  if (checked.kind !== 'checked') throw new Error('no plan');
  await appendFile(world.path('staging', 'next.onnx'), 'x');
  const { run, digest } = checked;
  const asked = { wish: WISH, target: world.target, by: CAROL, runId: run.runId, digest, acknowledged: [] };
  expect(await world.service.breakGlass(asked)).toMatchObject({ refusal: { code: 'content_changed' } });
});

test('a target has one request at a time, also when two people ask at once', async () => {
  const checked = await world.service.plan(WISH, world.target, ALICE);
  if (checked.kind !== 'checked') throw new Error('no plan');
  const { run, digest } = checked;
  const asked = { wish: WISH, target: world.target, by: ALICE, runId: run.runId, digest, acknowledged: [] };
  const results = await Promise.all(Array.from({ length: 8 }, () => world.service.request(asked)));
  expect(results.filter(({ kind }) => kind === 'requested')).toHaveLength(1);
  expect(
    results.filter((result) => 'refusal' in result && result.refusal.code === 'request_exists'),
  ).toHaveLength(7);
});

test('a lock keeps requests away, says who and why, and is taken away by who took it or by an admin', async () => {
  const operator: Person = { id: 'dan', name: 'dan', surface: 'terminal' };
  expect(await world.service.lock({ target: 'live', person: BOB, reason: 'no' })).toMatchObject({
    refusal: { code: 'not_allowed' },
  });
  expect(await world.service.lock({ target: 'live', person: operator, reason: 'audit day' })).toMatchObject({
    kind: 'locked',
  });
  expect(await world.service.lock({ target: 'live', person: CAROL, reason: 'mine' })).toMatchObject({
    refusal: { code: 'already_locked', facts: { by: 'dan', reason: 'audit day' } },
  });
  await expect(requestAsAlice(world)).rejects.toThrow('target_locked');
  const other: Person = { id: 'eve', name: 'eve', surface: 'terminal' };
  expect(await world.service.unlock({ target: 'live', person: other })).toMatchObject({
    refusal: { code: 'lock_of_another' },
  });
  expect(await world.service.unlock({ target: 'live', person: CAROL })).toMatchObject({ kind: 'unlocked' });
  expect(await world.service.unlock({ target: 'live', person: CAROL })).toMatchObject({
    refusal: { code: 'not_locked' },
  });
  expect((await requestAsAlice(world)).state).toBe('open');
});
