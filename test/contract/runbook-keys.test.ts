import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { runbookSchemaWith } from '../../src/runbook/runbook-schema.js';

/** The keys of every object in a JSON schema; those that people name themselves are no properties. */
function keysIn(schema: unknown): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap(keysIn);
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([word, inner]) =>
    word === 'properties' ? [...Object.keys(inner), ...keysIn(Object.values(inner))] : keysIn(inner),
  );
}

test('docs/runbook-format.md and docs/training.md explain every key of a runbook', async () => {
  const schema = z.toJSONSchema(runbookSchemaWith(PROBE_KINDS), { io: 'input', unrepresentable: 'any' });
  const documents = await Promise.all(
    ['docs/runbook-format.md', 'docs/training.md'].map((file) => readFile(file, 'utf8')),
  );
  const inCode = documents.join('\n').match(/```[\s\S]*?```|`[^`\n]+`/g) ?? [];
  const explained = new Set(inCode.flatMap((code) => code.match(/[\w-]+/g) ?? []));
  const keys = [...new Set(keysIn(schema))];
  expect(keys).toEqual(expect.arrayContaining(['clamp', 'expectKeys', 'zh-CN', 'http']));
  expect(keys.filter((key) => !explained.has(key))).toEqual([]);
});
