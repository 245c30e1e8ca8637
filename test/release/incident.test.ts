import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { requestReportView } from '../../views/release-request.js';
import { CAROL, createReleaseWorld, type ReleaseWorld, requestAsAlice } from './support/release-world.js';

let world: ReleaseWorld;
beforeEach(async () => {
  world = await createReleaseWorld();
});
afterEach(() => world.end());

async function halted(at: string, endedAt: string | null): Promise<string> {
  const haltId = randomUUID();
  await world.database.pool.query(
    `INSERT INTO lobml.halts (halt_id, strategy, target, kind, state, requested_by, requested_at, ended_at, owner,
       alive_at, record)
     VALUES ($1, 's', 'live', 'disable', 'verified', $2, $3, $4, 'x', now(), '{}')`,
    [haltId, JSON.stringify(CAROL), at, endedAt],
  );
  return haltId;
}

test('a request after a halt says which one it follows, in the event and in its message', async () => {
  await halted('2026-02-27T08:00:00Z', '2026-02-27T08:03:00Z');
  const haltId = await halted('2026-03-01T08:00:00Z', '2026-03-01T08:03:00Z');
  const { requestId, incidentId } = await requestAsAlice(world);
  expect(incidentId).toBe(haltId);
  expect(world.events.find(({ kind }) => kind === 'release.requested')?.details).toMatchObject({
    incidentId: haltId,
  });
  const view = await world.service.view(requestId);
  if (view === undefined) throw new Error('no view');
  const shown = JSON.stringify(requestReportView(view, { locale: 'en', envPrefix: 'S__' }));
  expect(shown).toContain('Follows the halt of');
  expect(shown).toContain(`/lobml history --incident ${haltId}`);
});

test('not a halt that a confirmed release has followed, nor one that goes on', async () => {
  const first = await halted('2026-03-01T08:00:00Z', '2026-03-01T08:03:00Z');
  const { requestId, incidentId } = await requestAsAlice(world);
  expect(incidentId).toBe(first);
  const releaseId = randomUUID();
  await world.database.pool.query(
    `INSERT INTO lobml.releases (release_id, request_id, strategy, target, state, plan, started_at, confirm_by, ended_at)
     VALUES ($1, $2, 's', 'live', 'confirmed', '{}', now(), now(), now())`,
    [releaseId, requestId],
  );
  await world.database.pool.query(`UPDATE lobml.release_requests SET state = 'executed'`);
  await halted('2026-03-01T11:00:00Z', null);
  await world.database.pool.query(
    `INSERT INTO lobml.known_good_releases (release_id, strategy, target, hosts, confirmed_at)
     VALUES ($1, 's', 'live', '[]', '2026-03-01T09:00:00Z')`,
    [releaseId],
  );
  expect((await requestAsAlice(world)).incidentId).toBeNull();
});
