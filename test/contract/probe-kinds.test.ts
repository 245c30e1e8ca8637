import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { checkResultSchema } from '../../src/domain/check-run.js';
import { findPackageRoot } from '../../src/machine/package-root.js';

const keys = PROBE_KINDS.flatMap((kind) => Object.keys(kind.keys));

test('each kind of probe has a name of its own, and each key means one of them', () => {
  const names = PROBE_KINDS.map(({ kind }) => kind);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(keys).size).toBe(keys.length);
});

test('a key beside another one is a key of the same kind', () => {
  for (const { keys: own, beside = {} } of PROBE_KINDS) {
    expect(Object.keys(own)).toEqual(expect.arrayContaining(Object.entries(beside).flat()));
  }
});

test('the results of each kind can be stored', () => {
  for (const { kind } of PROBE_KINDS) {
    expect(checkResultSchema.shape.evidence.shape.probe.parse(kind)).toBe(kind);
  }
});

test('docs/runbook-format.md explains each key', () => {
  const text = readFileSync(join(findPackageRoot(import.meta.url), 'docs/runbook-format.md'), 'utf8');
  expect(keys.filter((key) => !text.includes(`\`${key}`))).toEqual([]);
});
