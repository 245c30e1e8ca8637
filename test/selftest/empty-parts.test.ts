import { expect, test } from '@jest/globals';
import { emptyParts } from '../../src/selftest/empty-parts.js';

const check = (id: string, mode: 'deciding' | 'shadow') => ({ id, mode });
const runbook = (
  checks: readonly { id: string; mode: 'deciding' | 'shadow' }[],
  criteria: readonly { id: string; checks: readonly string[] }[] = [],
) => ({ sections: [{ kinds: ['precheck', 'verify', 'gonogo'], checks }], criteria }) as never;

test('a criterion that only checks in shadow would prove is proved by nothing', () => {
  const checks = [check('a', 'deciding'), check('b', 'shadow')];
  const criteria = [
    { id: 'good', checks: ['a', 'b'] },
    { id: 'bare', checks: ['b'] },
    { id: 'none', checks: [] },
  ];
  expect(emptyParts(runbook(checks, criteria))).toEqual([
    { part: 'criterion', id: 'bare' },
    { part: 'criterion', id: 'none' },
  ]);
  expect(emptyParts(runbook([check('b', 'shadow')]))).toEqual([{ part: 'runbook' }]);
});
