import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import type { Runbook } from '../../src/runbook/runbook.js';

const ROOT = join(import.meta.dirname, '..', '..');
const PLACES = ['src', 'commands', 'views'];

/** Words that are the craft's own, although a strategy has a variable or a table of that name. */
const OF_THE_CRAFT: ReadonlySet<string> = new Set(['LOG_LEVEL']);

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/** Whatever of a strategy has a name: nothing of it may stand in the code, its comments or its sentences. */
function namesOf(runbook: Runbook): readonly RegExp[] {
  const { strategy, agentId, envPrefix, variables, systemVariables, tables, model, orders, startLog } =
    runbook;
  const { columns } = orders ?? {};
  const variableNames = [
    ...variables.keys(),
    ...systemVariables.keys(),
    ...Object.values({ ...model }).flatMap((name) => name ?? []),
  ].filter((name) => !OF_THE_CRAFT.has(name));
  const words = [strategy, agentId, envPrefix, ...(orders?.entry ?? []), ...(orders?.exit ?? []), ...tables];
  const logged = startLog?.loadedLine.filter((part) => !part.includes('{')) ?? [];
  const kind = columns?.kind.split('.').at(-1) ?? '';
  const ids = runbook.sections.flatMap((section) => section.checks.map(({ id }) => id));
  return [
    ...[...words, ...logged, kind, ...ids].map((word) => new RegExp(`(?<![A-Za-z0-9_])${quoted(word)}`)),
    ...variableNames.map((name) => new RegExp(`(?<![A-Z0-9_])${quoted(name)}(?![A-Z0-9_])`)),
    // The trading system itself.
    /\bploy\b/i,
    /lob-ml/i,
  ];
}

const quoted = (word: string): string => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

test.each([
  ['runbooks/crypto_lob_ml/runbook.yaml', 40],
  ['sandbox/runbooks/crypto_rl_policy/runbook.yaml', 10],
])('no name of %s stands in the code', async (path, least) => {
  const file = join(ROOT, path);
  const names = namesOf(await loadRunbook(file, PROBE_KINDS));
  expect(names.length).toBeGreaterThan(least);
  const found = PLACES.flatMap((place) => filesBelow(join(ROOT, place))).flatMap((source) =>
    readFileSync(source, 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        names.filter((name) => name.test(line)).map((name) => `${source}:${index + 1}: ${name.source}`),
      ),
  );
  expect(found).toEqual([]);
});
