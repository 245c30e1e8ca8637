import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { LOCALES } from '../../src/domain/localized.js';
import type { Person } from '../../src/domain/person.js';
import { callsOfRequest } from '../../src/domain/release-calls.js';
import { readRequestView } from '../../src/release/request-view.js';
import { requestReportView } from '../../views/release-request.js';
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

const HOTFIX = { ...WISH, settings: { EV_EXIT_BUFFER: '0.02' }, reason: 'stop the bleeding' };

async function hotfix(supersedes: string | undefined, by: Person = CAROL) {
  const checked = await world.service.plan(HOTFIX, world.target, by);
  if (checked.kind !== 'checked') throw new Error(JSON.stringify(checked));
  const { run, digest } = checked;
  const asked = { wish: HOTFIX, target: world.target, by, runId: run.runId, digest, acknowledged: [] };
  return world.service.request({ ...asked, supersedes });
}

test('without a word about it the second request is refused, and told who can supersede the first', async () => {
  await requestAsAlice(world);
  expect(await hotfix(undefined)).toMatchObject({
    refusal: { code: 'request_exists', facts: { by: 'alice', state: 'open', who: '<@U0CAROL>' } },
  });
});

test('an operator’s request ends the one that waits, by name and with its reason, and takes its place', async () => {
  const { requestId } = await requestAsAlice(world);
  const result = await hotfix(requestId);
  expect(result).toMatchObject({ kind: 'requested', request: { state: 'open' } });
  const old = (await readRequestView(world.context, requestId))?.request;
  expect(old).toMatchObject({ state: 'superseded', endedBy: CAROL, endReason: HOTFIX.reason });
  const live = await world.service.live('live');
  expect(live).toMatchObject({ requestedBy: CAROL, reason: HOTFIX.reason });
  expect(world.queued).toContainEqual({ what: 'changed', id: `request:${requestId}` });
  expect(world.events.find(({ kind }) => kind === 'release.superseded')).toMatchObject({
    actor: CAROL,
    reason: HOTFIX.reason,
    details: { requestId, from: 'open', supersededBy: live?.requestId },
  });
  // Whoever approved the old one has approved nothing of the new one.
  expect(await world.service.approve({ requestId, digest: old?.digest ?? '', person: BOB })).toMatchObject({
    refusal: { code: 'request_closed', facts: { state: 'superseded' } },
  });
});

test('one that is approved and waits for its start can be superseded, one that is carried out cannot', async () => {
  const { requestId, digest } = await requestAsAlice(world);
  for (const person of [BOB, CAROL]) await world.service.approve({ requestId, digest, person });
  await world.service.start({ requestId, digest, person: ALICE });
  expect(await hotfix(requestId)).toMatchObject({
    refusal: { code: 'request_exists', facts: { state: 'executing' } },
  });
  await world.database.pool.query(
    `UPDATE lobml.release_requests SET state = 'approved', start_expires_at = $1`,
    [new Date(world.clock.now.getTime() + 60_000)],
  );
  expect(await hotfix(requestId)).toMatchObject({ kind: 'requested' });
});

test('who is no operator supersedes nothing, whatever they send', async () => {
  const { requestId } = await requestAsAlice(world);
  Object.assign(world.context.targets.roles, { requesters: ['U0ALICE', 'U0DAVE', 'U0BOB'] });
  expect(await world.service.maySupersede(DAVE)).toBe(false);
  expect(await world.service.maySupersede(CAROL)).toBe(true);
  expect(await hotfix(requestId, BOB)).toMatchObject({ refusal: { code: 'not_allowed' } });
  expect(await world.service.live('live')).toMatchObject({ requestId, state: 'open' });
});

test('another request than the one that was looked at is not ended', async () => {
  const first = await requestAsAlice(world);
  await world.service.withdraw({ requestId: first.requestId, person: ALICE });
  const second = await requestAsAlice(world);
  expect(await hotfix(first.requestId)).toMatchObject({ refusal: { code: 'request_exists' } });
  expect(await world.service.live('live')).toMatchObject({ requestId: second.requestId, state: 'open' });
});

test('one that ended by itself meanwhile is in nobody’s way, and stays as it ended', async () => {
  const { requestId } = await requestAsAlice(world);
  await world.service.withdraw({ requestId, person: ALICE });
  expect(await hotfix(requestId)).toMatchObject({ kind: 'requested' });
  expect((await readRequestView(world.context, requestId))?.request.state).toBe('withdrawn');
});

test('of two that supersede at once one does', async () => {
  const { requestId } = await requestAsAlice(world);
  const results = await Promise.all([hotfix(requestId), hotfix(requestId)]);
  expect(results.map(({ kind }) => kind).toSorted()).toEqual(['refused', 'requested']);
});

test('broken glass supersedes as well', async () => {
  const { requestId } = await requestAsAlice(world);
  const asked = await askToBreakGlass(world, CAROL);
  expect(await world.service.breakGlass(asked)).toMatchObject({ refusal: { code: 'request_exists' } });
  expect(await world.service.breakGlass({ ...asked, supersedes: requestId })).toMatchObject({
    kind: 'requested',
    request: { kind: 'break_glass' },
  });
  expect((await readRequestView(world.context, requestId))?.request).toMatchObject({ state: 'superseded' });
});

test('a broken glass that cannot start leaves the waiting request as it is', async () => {
  const { requestId } = await requestAsAlice(world);
  const asked = await askToBreakGlass(world, CAROL);
  await world.database.pool.query(
    `INSERT INTO lobml.halts (halt_id, strategy, target, kind, state, requested_by, requested_at, owner, alive_at, record)
     VALUES (gen_random_uuid(), 's', 'live', 'disable', 'halting', '{"name":"dave"}', now(), '', now(), '{}')`,
  );
  expect(await world.service.breakGlass({ ...asked, supersedes: requestId })).toMatchObject({
    refusal: { code: 'halted_since' },
  });
  expect(await world.service.live('live')).toMatchObject({ requestId, state: 'open' });
});

test.each(LOCALES)(
  'the old message says who, why and that nothing was deployed, without a button: %s',
  async (locale) => {
    const { requestId } = await requestAsAlice(world);
    await hotfix(requestId);
    const view = await readRequestView(world.context, requestId);
    const shown = JSON.stringify(view && requestReportView(view, { locale, envPrefix: 'S__' }).blocks);
    expect(shown).toContain('<@U0CAROL>');
    expect(shown).toContain('stop the bleeding');
    expect(shown).not.toContain('deploy:approve');
    expect(shown).not.toContain('deploy:withdraw');
  },
);

test('its requester is called', async () => {
  const { requestId } = await requestAsAlice(world);
  await hotfix(requestId);
  const request = (await readRequestView(world.context, requestId))?.request;
  if (request === undefined) throw new Error('no request');
  const { roles } = callsOfRequest({
    request,
    clocks: world.target.approval,
    now: world.clock.now,
    standing: [],
    droppedDigest: undefined,
  });
  expect(roles).toEqual(['call ended superseded']);
});
