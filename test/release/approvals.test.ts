import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
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

const stateOf = async (requestId: string) => (await world.service.view(requestId))?.request.state;

test('a plan is requested, approved by two people from the two groups, and started once', async () => {
  const { requestId, digest, state } = await requestAsAlice(world);
  expect(state).toBe('open');
  expect(await world.service.approve({ requestId, digest, person: BOB })).toEqual({
    kind: 'done',
    repeated: false,
  });
  expect(await stateOf(requestId)).toBe('open');
  await world.service.approve({ requestId, digest, person: CAROL });
  expect(await stateOf(requestId)).toBe('approved');
  expect(await world.service.start({ requestId, digest, person: BOB })).toMatchObject({ kind: 'started' });
  expect(await stateOf(requestId)).toBe('executing');
});
