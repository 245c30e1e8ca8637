import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createReleaseService } from '../../src/release/release-service.js';
import { parseTargets } from '../../src/runbook/targets.js';
import {
  ALICE,
  BOB,
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

async function editPolicy() {
  const file = world.path('targets.yaml');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('quorum: 2', 'quorum: 3'));
  return parseTargets(file, await readFile(file));
}

const refusal = () => ({ code: 'configuration_changed', facts: { file: world.path('targets.yaml') } });

test('a process with an older policy than the file takes no request and breaks no glass', async () => {
  await editPolicy();
  const checked = await world.service.plan(WISH, world.target, ALICE);
  if (checked.kind !== 'checked') throw new Error(JSON.stringify(checked));
  const { run, digest } = checked;
  const asked = { wish: WISH, target: world.target, runId: run.runId, digest, acknowledged: [] };
  expect(await world.service.request({ ...asked, by: ALICE })).toEqual({
    kind: 'refused',
    refusal: refusal(),
  });
  expect(await world.service.breakGlass({ ...asked, by: CAROL })).toEqual({
    kind: 'refused',
    refusal: refusal(),
  });
});

test('it approves and starts nothing either that a process with the present policy asked for', async () => {
  const older = world.service;
  const targets = await editPolicy();
  const newer = createReleaseService({ ...world.context, targets });
  const target = targets.targets.get('live');
  if (target === undefined) throw new Error('no target');
  const { requestId, digest } = await requestAsAlice({ ...world, service: newer, target });
  for (const person of [BOB, CAROL]) {
    expect(await older.approve({ requestId, digest, person })).toEqual({
      kind: 'refused',
      refusal: refusal(),
    });
  }
  for (const person of [BOB, CAROL]) await newer.approve({ requestId, digest, person });
  await world.database.pool.query(
    "UPDATE lobml.release_requests SET state = 'approved', start_expires_at = $1",
    [new Date('2026-03-01T13:00:00Z')],
  );
  expect(await older.start({ requestId, digest, person: ALICE })).toEqual({
    kind: 'refused',
    refusal: refusal(),
  });
});
