import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createReleaseService } from '../../src/release/release-service.js';
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
