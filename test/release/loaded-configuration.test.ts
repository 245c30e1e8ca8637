import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createAccess } from '../../src/release/access.js';
import { policyHash } from '../../src/release/configuration-hashes.js';
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

test('a terminal that says otherwise who an account is asks for nothing that its own requester could approve', async () => {
  const file = world.path('targets.yaml');
  const text = await readFile(file, 'utf8');
  expect(text).toContain('alice: U0ALICE');
  const other = parseTargets(file, Buffer.from(text.replace('alice: U0ALICE', 'alice: U0DAVE')));
  const terminal = createReleaseService({
    ...world.context,
    targets: other,
    access: createAccess({ targets: other, directory: undefined }),
    sources: {
      ...world.context.sources,
      configuration: async (name) => ({
        ...(await world.context.sources.configuration(name)),
        policySha256: policyHash(other, name),
      }),
    },
  });
  const target = other.targets.get('live');
  if (target === undefined) throw new Error('no target');
  const checked = await terminal.plan(WISH, target, ALICE);
  if (checked.kind !== 'checked') throw new Error(JSON.stringify(checked));
  const { run, digest } = checked;
  const by = { id: 'alice', name: 'alice', surface: 'terminal' } as const;
  const asked = await terminal.request({
    wish: WISH,
    target,
    by,
    runId: run.runId,
    digest,
    acknowledged: [],
  });
  if (asked.kind !== 'requested') throw new Error(JSON.stringify(asked));
  const { requestId } = asked.request;
  // Its own requester's click ends it: it is bound to another configuration.
  expect(await world.service.approve({ requestId, digest, person: ALICE })).toMatchObject({
    kind: 'invalidated',
  });
  expect(await world.service.approve({ requestId, digest, person: BOB })).toMatchObject({ kind: 'refused' });
});

test.each([
  ['accounts', 'alice: U0ALICE', 'alice: U0DAVE'],
  ['roles', 'operators:\n    - U0CAROL', 'operators:\n    - U0DAVE'],
  ['groups', 'S0RISK:\n    - U0BOB', 'S0RISK:\n    - U0DAVE'],
])('a change of the %s after the start is another configuration', async (_what, before, after) => {
  const file = world.path('targets.yaml');
  const text = await readFile(file, 'utf8');
  expect(text).toContain(before);
  await writeFile(file, text.replace(before, after));
  const checked = await world.service.plan(WISH, world.target, ALICE);
  if (checked.kind !== 'checked') throw new Error(JSON.stringify(checked));
  const { run, digest } = checked;
  const asked = { wish: WISH, target: world.target, runId: run.runId, digest, acknowledged: [] };
  expect(await world.service.request({ ...asked, by: ALICE })).toEqual({
    kind: 'refused',
    refusal: refusal(),
  });
});
