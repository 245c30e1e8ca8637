import { expect, test } from '@jest/globals';
import { evaluatePruning, type KnownGoodRelease } from '../../src/domain/known-good.js';

const release = (releaseId: string, model: string, binary: string): KnownGoodRelease => ({
  releaseId,
  strategy: 'crypto_lob_ml',
  target: 'live',
  confirmedAt: '2026-01-01T00:00:00.000Z',
  prunedAt: null,
  hosts: ['live-1', 'live-2'].map((host) => ({
    host,
    model: { path: `/models/${model}`, sha256: model, keptPath: `/models/.kept-${model}` },
    binary: { path: '/bin/ploy', sha256: binary, keptPath: `/bin/.kept-${binary}` },
    variables: {},
  })),
});

test('what a kept release needs stays, even where an older one brought it', () => {
  const releases = [release('c', 'm3', 'b2'), release('b', 'm2', 'b2'), release('a', 'm1', 'b1')];
  const { releaseIds, files } = evaluatePruning(releases, 1);
  expect(releaseIds).toEqual(['b', 'a']);
  const gone = ['/models/.kept-m2', '/models/.kept-m1', '/bin/.kept-b1'];
  expect([...files]).toEqual([
    ['live-1', gone],
    ['live-2', gone],
  ]);
});

test('nothing goes while there are no more than are kept', () => {
  expect(evaluatePruning([release('a', 'm1', 'b1')], 1)).toEqual({ releaseIds: [], files: new Map() });
});
