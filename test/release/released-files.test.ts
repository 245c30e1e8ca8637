import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { insertKnownGood, selectReleasedFiles } from '../../src/release/store/known-good-store.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { storeRelease } from '../support/releases.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const BINARY = '/opt/ploy/bin/ploy';
const artefact = (path: string, sha256: string) => ({ path, sha256, keptPath: `${path}.kept` });

/** A confirmed release of one host; `model` without the folder. */
async function confirm(at: string, model: string | null, binary: string): Promise<string> {
  const releaseId = await storeRelease(database.pool, { state: 'confirmed', startedAt: at });
  const known = {
    host: 'live-1',
    model: model === null ? null : artefact(`/m/${model}`, `sha of ${model}`),
    binary: artefact(BINARY, binary),
    variables: {},
  };
  await insertKnownGood(database.pool, releaseId, [known], new Date(at));
  return releaseId;
}

const released = () => selectReleasedFiles(database.pool, { strategy: 'crypto_lob_ml', target: 'live' });

test('what a path may hold is what its last confirmed release brought, and what one under way brings', async () => {
  expect(await released()).toEqual([]);
  const first = await confirm('2026-11-01T00:00:00Z', 'a.onnx', 'first');
  await confirm('2026-11-02T00:00:00Z', null, 'second');
  await storeRelease(database.pool, {
    target: 'dryrun',
    state: 'confirmed',
    startedAt: '2026-11-03T00:00:00Z',
  });
  const [model, binary] = [
    { host: 'live-1', path: '/m/a.onnx', sha256s: ['sha of a.onnx'] },
    { host: 'live-1', path: BINARY, sha256s: ['second'] },
  ];
  expect(await released()).toEqual([model, binary]);

  // Its kept copy is gone; what it brought has not changed by that.
  await database.pool.query('UPDATE lobml.known_good_releases SET pruned_at = now() WHERE release_id = $1', [
    first,
  ]);
  expect(await released()).toEqual([model, binary]);

  const third = await storeRelease(database.pool, { state: 'watching', startedAt: '2026-11-04T00:00:00Z' });
  const plan = {
    model: { name: 'b.onnx', sha256: 'sha of b.onnx', size: 1 },
    binary: { name: 'ploy', sha256: 'third', size: 1 },
    hosts: [{ host: 'live-1', modelPath: '/m/b.onnx', binaryPath: BINARY }],
  };
  await database.pool.query('UPDATE lobml.releases SET plan = $2 WHERE release_id = $1', [third, plan]);
  // No release of /m/b.onnx was confirmed: there is nothing to compare with.
  expect(await released()).toEqual([model, { ...binary, sha256s: ['second', 'third'] }]);

  await database.pool.query(
    "UPDATE lobml.releases SET state = 'reverted', ended_at = now() WHERE release_id = $1",
    [third],
  );
  expect(await released()).toEqual([model, binary]);
});
