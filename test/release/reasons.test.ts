import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  CAROL,
  createReleaseWorld,
  type ReleaseWorld,
  requestAsAlice,
  WISH,
} from './support/release-world.js';

const REASON = 'DB_PASSWORD=hunter22 xoxb-1-2';
let world: ReleaseWorld;
beforeEach(async () => {
  world = await createReleaseWorld();
});
afterEach(() => world.end());

test('a secret that stands in a reason is stored nowhere', async () => {
  const { requestId } = await requestAsAlice(world, { ...WISH, reason: REASON });
  await world.service.reject({ requestId, person: CAROL, reason: REASON });
  await world.service.lock({ target: 'live', person: CAROL, reason: REASON });
  const { rows } = await world.database.pool.query(
    `SELECT to_jsonb(r)::text AS text FROM lobml.release_requests r
     UNION ALL SELECT to_jsonb(l)::text FROM lobml.locks l
     UNION ALL SELECT to_jsonb(c)::text FROM lobml.check_runs c`,
  );
  const stored = rows.map(({ text }) => text).join('\n');
  expect(stored).toContain('DB_PASSWORD=[redacted] [redacted]');
  expect(stored).not.toMatch(/hunter22|xoxb-/);
});
