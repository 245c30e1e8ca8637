import { rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ReleaseRecord } from '../../src/domain/release-record.js';
import { createReleaseChecks } from '../../src/release/engine/steps/release-checks.js';
import { createReleaseService } from '../../src/release/release-service.js';
import { askToBreakGlass } from './support/break-glass.js';
import {
  ALICE,
  BOB,
  CAROL,
  createReleaseWorld,
  type ReleaseWorld,
  requestAsAlice,
} from './support/release-world.js';

let world: ReleaseWorld;
beforeEach(async () => {
  world = await createReleaseWorld();
});
afterEach(() => world.end());

/** The same service, where something happens while its checks run. */
const whileChecking = (happens: () => Promise<unknown>) =>
  createReleaseService({
    ...world.context,
    checks: {
      run: async (wish) => {
        const run = await world.context.checks.run(wish);
        await happens();
        return run;
      },
    },
  });

const renewals = () => world.events.filter(({ kind }) => kind === 'release.evidence_renewed');

test('only who may ask for a release, or approve this one, runs its checks again', async () => {
  const { requestId } = await requestAsAlice(world);
  const stranger = { ...ALICE, id: 'U0FRANK' };
  expect(await world.service.renewEvidence({ requestId, person: stranger })).toMatchObject({
    kind: 'refused',
    refusal: { code: 'not_allowed' },
  });
  for (const person of [ALICE, BOB]) {
    expect(await world.service.renewEvidence({ requestId, person })).toEqual({ kind: 'kept' });
  }
});

test.each(['the same', 'failing'])(
  'a request that is withdrawn meanwhile is told as such: %s outcomes',
  async (outcomes) => {
    const { requestId } = await requestAsAlice(world);
    if (outcomes === 'failing') await rm(world.path('flag'));
    const service = whileChecking(() => world.service.withdraw({ requestId, person: ALICE }));
    expect(await service.renewEvidence({ requestId, person: BOB })).toEqual({
      kind: 'refused',
      refusal: { code: 'request_closed', facts: { state: 'withdrawn' } },
    });
    expect((await world.service.view(requestId))?.request.state).toBe('withdrawn');
    expect(renewals()).toEqual([]);
  },
);

test('of two who ask at the same time the second is not told that the approvals stay', async () => {
  const { requestId } = await requestAsAlice(world);
  const service = whileChecking(() => world.service.renewEvidence({ requestId, person: CAROL }));
  expect(await service.renewEvidence({ requestId, person: BOB })).toMatchObject({
    kind: 'refused',
    refusal: { code: 'request_renewed' },
  });
  expect(renewals().map(({ actor }) => actor.id)).toEqual(['U0CAROL']);
});

const approvers = async (requestId: string) =>
  (await world.service.view(requestId))?.approvals.map(({ person }) => person.id);

test.each(['before it was asked for', 'after it was asked for'])(
  'a check in shadow decides nothing: it fails %s, and the approvals stay',
  async (when) => {
    if (when.startsWith('before')) await rm(world.path('trial'));
    const { requestId, digest, evidence } = await requestAsAlice(world);
    expect(evidence.outcomes.map(({ id }) => id)).not.toContain('file.trial');
    await world.service.approve({ requestId, digest, person: BOB });
    if (when.startsWith('before')) await writeFile(world.path('trial'), '');
    else await rm(world.path('trial'));
    expect(await world.service.renewEvidence({ requestId, person: BOB })).toEqual({ kind: 'kept' });
    expect(await approvers(requestId)).toEqual(['U0BOB']);
  },
);

test('a check that became better keeps the approvals; one that became worse than was approved drops them', async () => {
  await writeFile(world.path('flag'), 'x');
  const { requestId, digest } = await requestAsAlice(world, undefined, ['file.flag']);
  await world.service.approve({ requestId, digest, person: BOB });
  await writeFile(world.path('flag'), '');
  expect(await world.service.renewEvidence({ requestId, person: BOB })).toEqual({ kind: 'kept' });
  expect(await approvers(requestId)).toEqual(['U0BOB']);

  await writeFile(world.path('flag'), 'x');
  expect(await world.service.renewEvidence({ requestId, person: BOB })).toMatchObject({
    changes: [{ part: 'outcome', subject: 'file.flag', before: 'PASS', after: 'WARN' }],
  });
});

/** What stops a release right before it acts. */
async function differencesNow(requestId: string) {
  const request = (await world.service.view(requestId))?.request;
  const release = { requestId, target: 'live', plan: request?.plan } as unknown as ReleaseRecord;
  const checks = createReleaseChecks(world.context);
  const planned = await checks.planned(release);
  if (planned.kind !== 'run') throw new Error('no run');
  return checks.differences(release, planned.run);
}

test('what became better, or fails in shadow, stops no release that was approved', async () => {
  await writeFile(world.path('flag'), 'x');
  const { requestId } = await requestAsAlice(world, undefined, ['file.flag']);
  await writeFile(world.path('flag'), '');
  await rm(world.path('trial'));
  expect(await differencesNow(requestId)).toEqual([]);
  await rm(world.path('flag'));
  expect(await differencesNow(requestId)).toMatchObject([{ subject: 'file.flag', after: 'FAIL' }]);
});

test('nor one for which the glass was broken', async () => {
  // The check of the model that the glass cannot be broken over; it warned when it was asked for.
  const result = await world.service.breakGlass(await askToBreakGlass(world, CAROL, 'WARN'));
  if (result.kind !== 'requested') throw new Error(JSON.stringify(result));
  expect(result.request.evidence.outcomes).toContainEqual({ id: 'file.flag', outcome: 'WARN' });
  await rm(world.path('trial'));
  expect(await differencesNow(result.request.requestId)).toEqual([]);
});

test('a start is refused when the evidence has expired, and goes on once the checks ran again', async () => {
  const { requestId, digest } = await requestAsAlice(world);
  for (const person of [BOB, CAROL]) await world.service.approve({ requestId, digest, person });
  world.clock.now = new Date(world.clock.now.getTime() + 11 * 60_000);
  expect(await world.service.start({ requestId, digest, person: BOB })).toMatchObject({
    kind: 'refused',
    refusal: { code: 'evidence_expired' },
  });
  expect((await world.service.view(requestId))?.request.state).toBe('approved');
  expect(await world.service.renewEvidence({ requestId, person: BOB })).toEqual({ kind: 'kept' });
  const renewed = (await world.service.view(requestId))?.request.digest ?? '';
  expect(await world.service.start({ requestId, digest: renewed, person: BOB })).toMatchObject({
    kind: 'started',
  });
});
