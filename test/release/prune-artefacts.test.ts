import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Host } from '../../src/hosts/host.js';
import { keptPathOf } from '../../src/release/engine/steps/kept-artefact.js';
import { pruneArtefacts } from '../../src/release/engine/steps/prune-artefacts.js';
import { insertKnownGood } from '../../src/release/store/known-good-store.js';
import { parseTargets } from '../../src/runbook/targets.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { storeRelease } from '../support/releases.js';

/** `live` and `dryrun` keep their models in one folder of one machine; `far` keeps the same names on another one. */
const TARGETS = `defaultTarget: live
roles: { operators: [U1] }
targets:
${[
  ['live', 'live-1', 'a.net', 'accountId: a'],
  ['dryrun', 'dryrun-1', 'a.net', 'accountId: b'],
  ['far', 'far-1', 'b.net', 'accountId: c'],
]
  .map(
    ([name, host, address, more]) => `  ${name}:
    ${more}
    approval: { quorum: 1 }
    keepReleases: 1
    hosts:
      - name: ${host}
        connection: { ssh: { address: ${address} } }
        service: { manager: systemd, unit: ${name}.service }
        environmentFiles: [/etc/${name}.env]
`,
  )
  .join('')}`;
const { every } = parseTargets('targets.yaml', Buffer.from(TARGETS));

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const PATH = '/opt/ploy/models/a.onnx';
const keptOf = (sha256: string) => keptPathOf(PATH, sha256);
let day = 0;

async function confirm(target: string, host: string, sha256: string): Promise<void> {
  day += 1;
  const at = new Date(Date.UTC(2026, 10, day));
  const releaseId = await storeRelease(database.pool, {
    target,
    state: 'confirmed',
    startedAt: at.toISOString(),
  });
  const model = { path: PATH, sha256, keptPath: keptOf(sha256) };
  await insertKnownGood(database.pool, releaseId, [{ host, model, binary: null, variables: {} }], at);
}

/** What is taken away once a second release of the target is confirmed. */
async function prune(name: string): Promise<readonly string[]> {
  const target = every.find((one) => one.name === name);
  if (target === undefined) throw new Error(`no ${name}`);
  const removed: string[] = [];
  const host = { removeFile: async (path: string) => void removed.push(path) } as unknown as Host;
  const subject = { strategy: 'crypto_lob_ml', target: name };
  const parts = { database: database.pool, hostOf: () => host, everyTarget: every, now: () => new Date() };
  await pruneArtefacts(parts, subject, target);
  return removed;
}

test('what another target on the machine would go back to stays, until that one needs it no more', async () => {
  await confirm('live', 'live-1', 'old');
  await confirm('dryrun', 'dryrun-1', 'old');
  await confirm('live', 'live-1', 'new');
  expect(await prune('live')).toEqual([]);
  await confirm('dryrun', 'dryrun-1', 'newer');
  expect(await prune('dryrun')).toEqual([keptOf('old')]);
});

test('the same name on another machine keeps nothing here', async () => {
  await confirm('live', 'live-1', 'old');
  await confirm('far', 'far-1', 'old');
  await confirm('live', 'live-1', 'new');
  expect(await prune('live')).toEqual([keptOf('old')]);
});

test('a target that the file no longer has may have been on this machine', async () => {
  await confirm('live', 'live-1', 'old');
  await confirm('gone', 'gone-1', 'old');
  await confirm('live', 'live-1', 'new');
  expect(await prune('live')).toEqual([]);
});

test('what another target’s release under way would put back stays', async () => {
  await confirm('live', 'live-1', 'old');
  await confirm('live', 'live-1', 'new');
  const startedAt = new Date(Date.UTC(2026, 11, 1)).toISOString();
  const releaseId = await storeRelease(database.pool, { target: 'dryrun', state: 'running', startedAt });
  const before = { path: PATH, sha256: 'old', metaSha256: 'meta' };
  await database.pool.query(
    `INSERT INTO lobml.release_steps (release_id, position, kind, host, state, before)
     VALUES ($1, 0, 'stage_model', 'dryrun-1', 'done', $2)`,
    [releaseId, JSON.stringify(before)],
  );
  expect(await prune('live')).toEqual([]);

  await database.pool.query('UPDATE lobml.releases SET ended_at = now() WHERE release_id = $1', [releaseId]);
  await confirm('live', 'live-1', 'newest');
  await database.pool.query('UPDATE lobml.known_good_releases SET pruned_at = NULL');
  expect(await prune('live')).toEqual([keptOf('new'), keptOf('old')]);
});
