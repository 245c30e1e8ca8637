import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { selectDocument } from '../../src/store/kept-documents.js';
import { createReleaseWorld, type ReleaseWorld, requestAsAlice } from './support/release-world.js';

let world: ReleaseWorld;
beforeEach(async () => {
  world = await createReleaseWorld();
});
afterEach(() => world.end());

test('what describes a model is kept as it was when its release was asked for', async () => {
  const { plan } = await requestAsAlice(world);
  await writeFile(world.path('staging', 'next.meta.json'), '{"version":"another"}');
  const sha256 = plan.model?.metaSha256 ?? '';
  const kept = await selectDocument(world.database.pool, 'model_meta', sha256);
  expect(kept).toEqual({
    kind: 'model_meta',
    sha256,
    files: [{ name: 'next.meta.json', text: '{"version":"v2","metrics":{"auc":0.6}}' }],
  });
});
