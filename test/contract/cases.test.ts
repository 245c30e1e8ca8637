import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import type { Runbook } from '../../src/runbook/runbook.js';
import { type CheckCases, casesFileOf, loadCases, parseCases } from '../../src/selftest/load-cases.js';
import { inWordsAtOnce } from '../support/in-words.js';

const SHIPPED = 'runbooks/crypto_lob_ml/runbook.yaml';

/**
 * A variable is right or wrong on each host: its `fail` is the opposite of its `pass`, a value that cannot be read is a
 * fault (FAIL), and a host that does not answer is ERROR. There is no gap, no sample and no empty answer. So it is with the
 * age of the last drill: one that never was is a number of days, too.
 */
const NEVER_INCONCLUSIVE: ReadonlySet<string> = new Set([
  'env.enabled',
  'env.model_type',
  'env.model_path',
  'env.model_version',
  'env.exit_mode',
  'env.entry_side_policy',
  'env.entry_early_window_secs_5m',
  'env.window_fallback_weight',
  'env.ev_exit_buffer',
  'env.ploy_dry_run',
  'env.ploy_deployments_file',
  'drill.last',
]);

/** `CHECK lacks OUTCOME` for every check without a case in which it fails, passes, or is inconclusive where it can be. */
function uncovered({ sections }: Pick<Runbook, 'sections'>, { cases }: Pick<CheckCases, 'cases'>): string[] {
  const ids = sections.flatMap(({ checks }) => checks.map(({ id }) => id));
  return ids.flatMap((id) =>
    (['FAIL', 'PASS', 'INCONCLUSIVE'] as const)
      .filter((outcome) => outcome !== 'INCONCLUSIVE' || !NEVER_INCONCLUSIVE.has(id))
      .filter((outcome) => !cases.some(({ check, expect: expected }) => check === id && expected === outcome))
      .map((outcome) => `${id} lacks ${outcome}`),
  );
}

test('every shipped check has a case in which it fails, passes and, where it can be, is inconclusive', async () => {
  const runbook = await loadRunbook(SHIPPED, PROBE_KINDS);
  expect(runbook.sections.flatMap(({ checks }) => checks).length).toBeGreaterThan(0);
  expect(uncovered(runbook, await loadCases(casesFileOf(SHIPPED), runbook))).toEqual([]);
});

test('a check that loses its failing cases is refused by name', async () => {
  const runbook = await loadRunbook(SHIPPED, PROBE_KINDS);
  const { cases } = await loadCases(casesFileOf(SHIPPED), runbook);
  const without = cases.filter(
    ({ check, expect: expected }) => check !== 'env.enabled' || expected === 'PASS',
  );
  expect(uncovered(runbook, { cases: without })).toContain('env.enabled lacks FAIL');
});

test('a check that loses its inconclusive cases is refused by name', async () => {
  const runbook = await loadRunbook(SHIPPED, PROBE_KINDS);
  const { cases } = await loadCases(casesFileOf(SHIPPED), runbook);
  const without = cases.filter(({ expect: expected }) => expected !== 'INCONCLUSIVE');
  const lacking = uncovered(runbook, { cases: without });
  expect(lacking).toContain('model.file lacks INCONCLUSIVE');
  expect(lacking.filter((line) => line.startsWith('env.'))).toEqual([
    'env.running_process lacks INCONCLUSIVE',
    'env.undeclared lacks INCONCLUSIVE',
  ]);
});

test('what is said never to be inconclusive is a shipped check of a variable or of the last drill', async () => {
  const { sections } = await loadRunbook(SHIPPED, PROBE_KINDS);
  const checks = sections.flatMap((section) => section.checks);
  const kinds = [...NEVER_INCONCLUSIVE].map((id) => checks.find((check) => check.id === id)?.probe.kind);
  expect(new Set(kinds)).toEqual(new Set(['env', 'drill']));
});

test('the cases of one check have names of their own', async () => {
  const { cases } = await loadCases(casesFileOf(SHIPPED), await loadRunbook(SHIPPED, PROBE_KINDS));
  const names = cases.map(({ check, name }) => `${check}: ${name}`);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test.each([
  [
    'a criterion that has lost a check',
    'checks: [exec.blend_weights] }',
    'checks: [] }',
    /with exec\.blend_weights/,
  ],
  [
    'one that counts the other way round',
    'blend_weights: { kind: go,',
    'blend_weights: { kind: no_go,',
    /other kind/,
  ],
  [
    'one that the runbook does not have',
    '  blend_weights: {',
    '  blend: {',
    /criteria\.blend: .*without exec\.blend_weights/,
  ],
  [
    'a run that holds fewer checks',
    '[env.enabled, ',
    '[',
    /a run of the kind precheck holds other checks: with env\.enabled/,
  ],
])('the cases say what a run and a criterion have: %s is refused', async (_what, held, other, sentence) => {
  const runbook = await loadRunbook(SHIPPED, PROBE_KINDS);
  const text = await readFile(casesFileOf(SHIPPED), 'utf8');
  const changed = text.replace(held, other);
  expect(changed).not.toBe(text);
  expect(() => inWordsAtOnce(() => parseCases('cases.yaml', changed, runbook))).toThrow(sentence);
});

test('a faulty cases file is refused with every fault and its line', async () => {
  const runbook = await loadRunbook(SHIPPED, PROBE_KINDS);
  const text = [
    'models: { good: CAg= }',
    'base: { model: god, startedSecsAgo: 60 }',
    'cases:',
    '  - { check: env.enabled, name: a, expect: FAIL, model: bad }',
    '  - { check: env.enabld, name: b, expect: PASS, params: { symbols: 1, lagPassSecs: 1 } }',
  ].join('\n');
  expect(() => inWordsAtOnce(() => parseCases('c.yaml', text, runbook))).toThrow(
    [
      'c.yaml:2: base.model: there is no model `god`',
      'c.yaml:4: cases.0.model: there is no model `bad` under `models`',
      'c.yaml:5: cases.1.check: the runbook has no check `env.enabld`',
      'c.yaml:5: cases.1.params.symbols: the runbook has no parameter `symbols` that is a number',
    ].join('\n'),
  );
  const outside = text.replace('model: bad', "files: { '../x': '' }").replace('expect: PASS', 'expect: GOOD');
  expect(() => inWordsAtOnce(() => parseCases('c.yaml', outside, runbook))).toThrow(
    /c\.yaml:4: .*inside the scratch folder[\s\S]*c\.yaml:5: /,
  );
});
