import { expect, test } from '@jest/globals';
import { evaluateCanary } from '../../src/domain/canary-verdict.js';
import type { CheckRun, ObservedRow } from '../../src/domain/check-run.js';
import { aRun } from '../support/runs.js';

const CHANGES = [{ variable: 'X__MODEL_VERSION', before: 'v3', after: 'v4' }];

function runWith(...observed: readonly ObservedRow[]): CheckRun {
  const run = aRun();
  const [first] = run.checks;
  if (first === undefined) throw new Error('There is no check.');
  const passed = { ...first, id: 'other', mode: 'deciding', outcome: 'PASS' } as const;
  const failed = { ...first, id: 'version', mode: 'deciding', outcome: 'FAIL', observed } as const;
  return { ...run, verdict: 'NO_GO', checks: [passed, failed] };
}

test('the version of before beside that of after is the other hosts’', () => {
  const run = runWith({ model_version: 'v3', cnt: 5 }, { model_version: 'v4', cnt: 2 });
  expect(evaluateCanary(run, CHANGES)).toEqual({ verdict: 'GO', setAside: ['version'] });
});

test.each([
  ['the canary was not seen with the version of after', [{ model_version: 'v3' }]],
  [
    'somebody has a third version',
    [{ model_version: 'v3' }, { model_version: 'v4' }, { model_version: 'v2' }],
  ],
  ['nothing was seen', []],
])('%s: the failure stands', (_title, rows) => {
  expect(evaluateCanary(runWith(...rows), CHANGES)).toEqual({ verdict: 'NO_GO', setAside: [] });
});

test('a variable that the plan does not change explains nothing', () => {
  const run = runWith({ model_version: 'v3' }, { model_version: 'v4' });
  expect(evaluateCanary(run, []).verdict).toBe('NO_GO');
});
