import { expect, test } from '@jest/globals';
import { LOCALES } from '../../src/domain/localized.js';
import { verdictProblem } from '../../src/release/engine/steps/problems.js';
import { problemSentence } from '../../views/release-problem.js';
import { aCheck, aRun } from '../support/runs.js';

const blend = aCheck('exec.blend_weights', {
  section: '4.2',
  title: { en: 'Blend weights', 'zh-CN': '融合权重' },
  outcome: 'FAIL',
  reason: { code: 'failure_holds' },
  says: [
    { en: 'blend is 0.60 / 0.40, expected 0.90 / 0.10.', 'zh-CN': '融合为 0.60 / 0.40，应为 0.90 / 0.10。' },
  ],
});
const run = aRun({ verdict: 'NO_GO', checks: [blend, aCheck('a.other')] });

test.each(LOCALES)('a verdict that forbids is told by what its checks say, in %s', (locale) => {
  const told = problemSentence(verdictProblem(run), locale);
  expect(told).toContain('NO-GO');
  expect(told).toContain('4.2');
  expect(told).toContain('0.60 / 0.40');
  expect(told).not.toMatch(/exec\.blend_weights|NO_GO|FAIL|[.。][.。]/);
});

test('one that an earlier version kept names its checks', () => {
  const { checks: _checks, ...kept } = verdictProblem(run);
  expect(problemSentence(kept, 'en')).toBe('The checks say NO-GO: exec.blend_weights FAIL.');
});

test('a moment in what a check says stays one', () => {
  const late = {
    ...blend,
    says: [{ en: 'late since ⟨2026-03-01T11:00:00.000Z⟩', 'zh-CN': '自 ⟨2026-03-01T11:00:00.000Z⟩' }],
  };
  const told = problemSentence(verdictProblem({ ...run, checks: [late] }), 'en');
  expect(told).toContain('⟨2026-03-01T11:00:00.000Z⟩');
});
