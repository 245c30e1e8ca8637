import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { parseRunbook } from '../../src/runbook/load-runbook.js';
import { parseTargets } from '../../src/runbook/targets.js';

const ROOT = join(import.meta.dirname, '..', '..');
const fileOf = (path: string) => readFileSync(join(ROOT, path));

test('targets.example.yaml is a valid targets file with a canary', () => {
  const { targets, defaultTarget } = parseTargets('targets.example.yaml', fileOf('targets.example.yaml'));
  expect(targets.get(defaultTarget)?.hosts.map(({ name }) => name)).toEqual(['live-1', 'live-2']);
});

test('the checks that docs/runbook-format.md adds load beside the shipped ones', async () => {
  const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(fileOf('docs/runbook-format.md').toString()) ?? [];
  const added = parse(example);
  const shipped = parse(fileOf('runbooks/crypto_lob_ml/runbook.yaml').toString());
  const text = stringify({
    ...shipped,
    params: { ...shipped.params, ...added.params },
    variables: { ...shipped.variables, ...added.variables },
    sections: [...shipped.sections, ...added.sections],
  });
  const runbook = await parseRunbook(
    join(ROOT, 'runbooks/crypto_lob_ml/example.yaml'),
    Buffer.from(text),
    PROBE_KINDS,
  );
  const kinds = runbook.sections.find(({ id }) => id === '2.4')?.checks.map(({ probe }) => probe.kind);
  expect(kinds).toEqual(['sql', 'env', 'file']);
});
