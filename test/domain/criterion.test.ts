import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { evaluateCriteria, evaluateGoNoGo } from '../../src/domain/criterion.js';
import { OUTCOMES, type Outcome } from '../../src/domain/outcome.js';
import { evaluateVerdict } from '../../src/domain/verdict.js';
import { findPackageRoot } from '../../src/machine/package-root.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import type { Runbook } from '../../src/runbook/runbook.js';

let runbook: Runbook;
beforeAll(async () => {
  runbook = await loadRunbook(
    join(findPackageRoot(import.meta.url), 'runbooks/crypto_lob_ml/runbook.yaml'),
    PROBE_KINDS,
  );
});

/** Every check of the decision passes, but for the outcomes given. */
function decide(outcomes: Readonly<Record<string, Outcome>>) {
  const checks = runbook.sections
    .filter(({ kinds }) => kinds.includes('gonogo'))
    .flatMap(({ checks }) => checks);
  const results = checks.map(({ id, mode }) => ({ id, mode, outcome: outcomes[id] ?? 'PASS' }));
  const criteria = evaluateCriteria(runbook.criteria, results);
  return { verdict: evaluateGoNoGo(results, criteria), criteria };
}

test('with every criterion met or absent the decision is GO', () => {
  expect(decide({}).verdict).toBe('GO');
});

// The ids stand here too, so that a criterion that is added to the runbook without a test is noticed below.
const CRITERIA = [
  'data_fresh',
  'model_type_onnx',
  'blend_weights',
  'risk_decisions',
  'model_load_failed',
  'metadata_missing',
  'source_lags',
];

test('the runbook holds no other criterion than those tested here', () => {
  expect(runbook.criteria.map(({ id }) => id)).toEqual(CRITERIA);
});

describe.each(CRITERIA)('criterion %s', (id) => {
  test.each([
    ['FAIL', 'NO_GO'],
    ['INCONCLUSIVE', 'HOLD'],
    ['ERROR', 'HOLD'],
    ['WARN', 'GO_WITH_WARNINGS'],
  ] as const)('%s of any one of its checks makes the decision %s', (outcome, verdict) => {
    const checks = runbook.criteria.find((criterion) => criterion.id === id)?.checks ?? [];
    expect(checks).not.toHaveLength(0);
    for (const check of checks) {
      const decision = decide({ [check]: outcome });
      expect(decision.verdict).toBe(verdict);
      expect(decision.criteria.find((criterion) => criterion.id === id)?.outcome).toBe(outcome);
    }
  });
});

test('a criterion whose check did not run is unknown, and the decision is HOLD', () => {
  const results = [{ id: 'a.a', mode: 'deciding', outcome: 'PASS' } as const];
  const title = { en: 't', 'zh-CN': 't' };
  const criteria = evaluateCriteria([{ id: 'c', kind: 'go', title, checks: ['a.a', 'b.b'] }], results);
  expect(criteria[0]?.outcome).toBe('INCONCLUSIVE');
  expect(evaluateVerdict(results)).toBe('GO');
  expect(evaluateGoNoGo(results, criteria)).toBe('HOLD');
});

test('criteria never make a verdict better', () => {
  const rank = ['GO', 'GO_WITH_WARNINGS', 'HOLD', 'NO_GO'];
  const outcomes = fc.array(fc.constantFrom(...OUTCOMES), { maxLength: 6 });
  fc.assert(
    fc.property(outcomes, outcomes, (checks, judged) => {
      const results = checks.map((outcome, index) => ({
        id: `c${index}`,
        mode: 'deciding' as const,
        outcome,
      }));
      const title = { en: 't', 'zh-CN': 't' };
      const criteria = judged.map((outcome, index) => ({
        id: `k${index}`,
        kind: 'no_go' as const,
        title,
        checks: ['x'],
        outcome,
      }));
      const alone = evaluateVerdict(results);
      const together = evaluateGoNoGo(results, criteria);
      expect(results.length === 0 || rank.indexOf(together) >= rank.indexOf(alone)).toBe(true);
    }),
  );
});
