import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
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

/** The part of a JSON schema that stands under some keys; of a list its elements, of a union all alternatives. */
function propertiesAt(schema: unknown, [key, ...path]: readonly string[]): readonly string[] {
  const { properties = {}, items, oneOf, anyOf, additionalProperties } = Object(schema);
  const inner = [items, additionalProperties, ...(oneOf ?? []), ...(anyOf ?? [])].filter(Boolean);
  if (key === undefined)
    return [...Object.keys(properties), ...inner.flatMap((one) => propertiesAt(one, []))];
  if (key in properties) return propertiesAt(properties[key], path);
  return inner.flatMap((one) => propertiesAt(one, [key, ...path]));
}

/** The code words of the first column (or another) of the table under a heading of a document. */
function tableOf(document: string, heading: string, column = 1): readonly string[] {
  const section = document.split(/^#{2,4} /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const lines = section.split('\n').filter((line) => /^\| .*`/.test(line));
  return lines.flatMap((line) => (line.split(' | ')[column - 1] ?? '').match(/(?<=`)[\w.-]+/g) ?? []);
}

const SCHEMA = z.toJSONSchema(runbookSchemaWith(PROBE_KINDS), { io: 'input', unrepresentable: 'any' });
/** What the loader writes out before it looks at the rest. */
const SHORT_FORMS = { check: ['is'], top: ['kinds'] };
const checkKeys = [...propertiesAt(SCHEMA, ['sections', 'checks']), ...SHORT_FORMS.check];

test('the tables of docs/runbook-format.md list the keys that there are, and no other', async () => {
  const document = await readFile('docs/runbook-format.md', 'utf8');
  const keys = (heading: string) => new Set(tableOf(document, heading));
  const top = new Set([...propertiesAt(SCHEMA, []), ...SHORT_FORMS.top]);
  expect([...keys('The keys')].toSorted()).toEqual([...top].toSorted());
  const ofVariable = new Set(propertiesAt(SCHEMA, ['variables']));
  expect([...keys('A variable')].toSorted()).toEqual([...ofVariable].toSorted());
  // Beside `source`.
  const ofCheck = new Set(checkKeys.filter((key) => key !== 'tolerance'));
  expect([...keys('A check')].toSorted()).toEqual([...ofCheck].toSorted());
});

test('docs/runbook-format.md names each column of each kind of probe', async () => {
  const section =
    (await readFile('docs/runbook-format.md', 'utf8')).split('### What a probe observes')[1] ?? '';
  for (const { keys, columns = [] } of PROBE_KINDS) {
    const [key = ''] = Object.keys(keys);
    const rows = section
      .split('\n')
      .filter(
        (line) =>
          line.startsWith('A row with a `fault`') || (line.startsWith('| ') && line.includes(`\`${key}`)),
      );
    expect([key, columns.filter((column) => !rows.join('\n').includes(`\`${column}\``))]).toEqual([key, []]);
  }
});

const LONGEST_RUNBOOK = 450;

test('the legend of the shipped runbook explains each key of its checks, in a file that is read in ten minutes', async () => {
  const text = await readFile('runbooks/crypto_lob_ml/runbook.yaml', 'utf8');
  expect(text.split('\n').length - 1).toBeLessThanOrEqual(LONGEST_RUNBOOK);
  const legend = (text.split(/^strategy:/m)[0] ?? '')
    .split('\n')
    .flatMap((line) => /^# {3}(\S.*?) {2,}/.exec(line)?.[1]?.split(', ') ?? []);
  expect(legend.filter((key) => ![...checkKeys, 'say'].includes(key))).toEqual([]);
  const checks: readonly Record<string, unknown>[] = parse(text).sections.flatMap(
    (one: { readonly checks: readonly unknown[] }) => one.checks,
  );
  const probes = PROBE_KINDS.flatMap((kind) => Object.keys(kind.keys)).filter((key) => key !== 'tolerance');
  const used = new Set(checks.flatMap((check) => Object.keys(check)));
  expect([...used].filter((key) => ![...legend, ...probes].includes(key))).toEqual([]);
});

test('docs/runbook-format.md and docs/training.md explain every key of a runbook', async () => {
  const documents = await Promise.all(
    ['docs/runbook-format.md', 'docs/training.md'].map((file) => readFile(file, 'utf8')),
  );
  const inCode = documents.join('\n').match(/```[\s\S]*?```|`[^`\n]+`/g) ?? [];
  const explained = new Set(inCode.flatMap((code) => code.match(/[\w-]+/g) ?? []));
  const keys = [...new Set(keysIn(SCHEMA))];
  expect(keys).toEqual(expect.arrayContaining(['clamp', 'expectKeys', 'zh-CN', 'http']));
  expect(keys.filter((key) => !explained.has(key))).toEqual([]);
});
