import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { LOCALES } from '../../src/domain/localized.js';
import { sha256Of } from '../../src/machine/sha256.js';
import { planBlocks } from '../../views/release-plan.js';
import { requestReportView } from '../../views/release-request.js';
import {
  ALICE,
  CAROL,
  createReleaseWorld,
  type ReleaseWorld,
  requestAsAlice,
  WISH,
} from './support/release-world.js';

let world: ReleaseWorld;
beforeEach(async () => {
  world = await createReleaseWorld();
});
afterEach(() => world.end());

/** A release of the target that brought this model, and that a halt has stopped. */
async function haltedRelease(file: string): Promise<void> {
  const releaseId = randomUUID();
  const sha256 = sha256Of(await readFile(file));
  const at = '2026-02-01T09:30:00.000Z';
  const plan = JSON.stringify({ model: { name: 'next.onnx', sha256, size: 1 } });
  const cancelled = JSON.stringify({ by: CAROL, reason: 'blocked storm', at });
  await world.database.pool.query(
    `WITH request AS (
       INSERT INTO lobml.release_requests (request_id, strategy, target, kind, state, requested_by, reason, wish, plan,
         digest, check_run_id, evidence, created_at, quorum_expires_at)
       VALUES ($1, 's', 'live', 'ordinary', 'halted', $2, 'r', '{}', '{}', 'd', $1, '{}', $3, $3))
     INSERT INTO lobml.releases (release_id, request_id, strategy, target, state, plan, started_at, confirm_by, ended_at,
       cancel_requested)
     VALUES ($1, $1, 's', 'live', 'halted', $4, $3, $3, $3, $5)`,
    [releaseId, JSON.stringify(ALICE), at, plan, cancelled],
  );
}

async function shown(): Promise<string> {
  const { requestId, plan } = await requestAsAlice(world);
  const view = await world.service.view(requestId);
  if (view === undefined) throw new Error('There is no request.');
  const texts = LOCALES.flatMap((locale) => [
    JSON.stringify(planBlocks({ plan, modelVersion: undefined, envPrefix: 'S__' }, locale)),
    JSON.stringify(requestReportView(view, { locale, envPrefix: 'S__' }).blocks),
  ]);
  const told = texts.filter((text) => text.includes('<@U0CAROL>'));
  expect(told.length === 0 || told.length === texts.length).toBe(true);
  return texts.join('\n');
}

test('a release of a model whose release was halted says so in plan and request, and to what they are bound', async () => {
  await haltedRelease(world.path('staging', 'next.onnx'));
  expect(await shown()).toMatch(
    /The release of the model [0-9a-f]{12} on live was stopped by the halt of <@U0CAROL>/,
  );
  const checked = await world.service.plan(WISH, world.target, ALICE);
  expect(checked).toMatchObject({ plan: { withdrawn: [{ how: 'halted', target: 'live', by: CAROL }] } });
});

test('so does a release of settings that leaves such a model where it is', async () => {
  await haltedRelease(world.path('h1', 'models', 'old.onnx'));
  const settings = { ...WISH, model: undefined, modelVersion: undefined };
  const checked = await world.service.plan(settings, world.target, ALICE);
  expect(checked).toMatchObject({ plan: { withdrawn: [{ how: 'halted' }] } });
  expect(await shown()).not.toContain('stopped by the halt');
});

test('a model that was never taken away is brought without a word', async () => {
  const checked = await world.service.plan(WISH, world.target, ALICE);
  expect(checked.kind === 'checked' && 'withdrawn' in checked.plan).toBe(false);
});
