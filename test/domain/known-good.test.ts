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

test('what is kept counts models: releases of settings take no model away, and are no more than that themselves', () => {
  const settings = [release('e', 'm3', 'b2'), release('d', 'm3', 'b2'), release('c', 'm3', 'b2')];
  const releases = [...settings, release('b', 'm2', 'b1'), release('a', 'm1', 'b1')];
  const { releaseIds, files } = evaluatePruning(releases, 2);
  expect(releaseIds).toEqual(['c', 'a']);
  expect(files.get('live-1')).toEqual(['/models/.kept-m1']);
});

test('a model that is never gone back to by itself keeps no other out, unless it was confirmed last', () => {
  const by = { id: 'U0CAROL', name: 'carol', surface: 'slack' } as const;
  const withdrawn = ['m3', 'm2'].map((sha256) => ({
    target: 'live',
    sha256,
    how: 'rolled_back' as const,
    by,
    at: '2026-01-02T00:00:00.000Z',
  }));
  const releases = [release('c', 'm3', 'b1'), release('b', 'm2', 'b1'), release('a', 'm1', 'b1')];
  expect(evaluatePruning(releases, 2, withdrawn).releaseIds).toEqual(['b']);
  const earlier = withdrawn.map((model) => ({ ...model, at: '2025-12-31T00:00:00.000Z' }));
  expect(evaluatePruning(releases, 2, earlier).releaseIds).toEqual(['a']);
});
