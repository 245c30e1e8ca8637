import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createReleaseService } from '../../src/release/release-service.js';
import { inWords } from '../support/in-words.js';
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

test('an approval that is stored while Slack falls silent is told as stored, and counts at the next click', async () => {
  const { requestId, digest } = await requestAsAlice(world);
  await world.service.approve({ requestId, digest, person: BOB });
  let questions = 0;
  const service = createReleaseService({
    ...world.context,
    approvers: {
      standings(policy, people) {
        questions += 1;
        // The person is looked up; who else has approved is not.
        if (questions > 1) return Promise.reject(new Error('Slack is away'));
        return world.context.approvers.standings(policy, people);
      },
    },
  });
  await expect(inWords(() => service.approve({ requestId, digest, person: CAROL }))).rejects.toMatchObject({
    code: 'quorum_not_counted',
    sentence: { en: expect.stringContaining('is stored') },
  });
  const { rows } = await world.database.pool.query(
    'SELECT person_id FROM lobml.approvals ORDER BY person_id',
  );
  expect(rows.map(({ person_id: id }) => id)).toEqual(['U0BOB', 'U0CAROL']);
  expect((await world.service.view(requestId))?.request.state).toBe('open');

  expect(await world.service.approve({ requestId, digest, person: CAROL })).toEqual({
    kind: 'done',
    repeated: true,
  });
  expect((await world.service.view(requestId))?.request.state).toBe('approved');
});
