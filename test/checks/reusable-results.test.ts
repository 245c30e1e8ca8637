import { expect, test } from '@jest/globals';
import { reusableResults } from '../../src/checks/reusable-results.js';
import type { CheckRun } from '../../src/domain/check-run.js';
import { aCheck, aRun } from '../support/runs.js';

const now = new Date('2026-03-01T12:00:00.000Z');
const before = new Date('2026-03-01T10:00:00.000Z');
const at = (time: string) => `2026-03-01T${time}.000Z`;

const reuse = (runs: readonly CheckRun[], unchangedSince: Date | undefined = before) => [
  ...reusableResults(runs, { now, runbookSha256: 'ab12', unchangedSince, isReusable: () => true }).keys(),
];

test('what passed less than ten minutes ago is reused, with its run named', () => {
  const run = aRun({
    checks: [
      aCheck('a.young', { observedAt: at('11:50:01') }),
      aCheck('a.old', { observedAt: at('11:50:00') }),
      aCheck('a.future', { observedAt: at('12:00:01') }),
      aCheck('a.warned', { observedAt: at('11:59:00'), outcome: 'WARN' }),
    ],
  });
  expect(reuse([run])).toEqual(['a.young', 'a.warned']);
  const [first] = reusableResults([run], {
    now,
    runbookSha256: 'ab12',
    unchangedSince: before,
    isReusable: () => true,
  }).values();
  expect(first?.reusedFrom).toEqual({ runId: run.runId, kind: 'precheck' });
});

test.each(['FAIL', 'INCONCLUSIVE', 'ERROR', 'SKIPPED'] as const)('%s is looked at again', (outcome) => {
  const failed = aRun({ checks: [aCheck('a.a', { outcome, observedAt: at('11:59:00') })] });
  const passed = aRun({ checks: [aCheck('a.a', { observedAt: at('11:58:00') })] });
  expect(reuse([failed])).toEqual([]);
  // A later one that is worse revokes an earlier pass, in whatever order the runs come.
  expect(reuse([failed, passed])).toEqual([]);
  expect(reuse([passed, failed])).toEqual([]);
});

test('nothing is reused across a restart, another runbook, or where the processes are unknown', () => {
  const run = aRun({ checks: [aCheck('a.a', { observedAt: at('11:59:00') })] });
  expect(reuse([run], new Date(at('11:58:59')))).toEqual(['a.a']);
  expect(reuse([run], new Date(at('11:59:00')))).toEqual([]);
  expect([
    ...reusableResults([run], {
      now,
      runbookSha256: 'ab12',
      unchangedSince: undefined,
      isReusable: () => true,
    }),
  ]).toEqual([]);
  expect(reuse([{ ...run, runbookSha256: 'other' }])).toEqual([]);
});

test('results that are reused again keep the age and the run of their observation', () => {
  const first = aRun({ checks: [aCheck('a.a', { observedAt: at('11:51:00') })] });
  const reusedFrom = { runId: first.runId, kind: 'precheck' } as const;
  const second = aRun({
    kind: 'gonogo',
    checks: [aCheck('a.a', { observedAt: at('11:51:00'), reusedFrom })],
  });
  const found = reusableResults([second], {
    now,
    runbookSha256: 'ab12',
    unchangedSince: before,
    isReusable: () => true,
  });
  expect(found.get('a.a')).toMatchObject({ observedAt: at('11:51:00'), reusedFrom });
});

test('the results of one statement are reused together or not at all', () => {
  const evidence = { probe: 'sql', sql: 'SELECT 1' } as const;
  const passed = aCheck('a.one', { evidence, observedAt: at('11:59:00') });
  const other = aCheck('a.other', { observedAt: at('11:59:00') });
  const failed = aCheck('a.two', { evidence, observedAt: at('11:59:00'), outcome: 'FAIL' });
  expect(reuse([aRun({ checks: [passed, failed, other] })])).toEqual(['a.other']);
  const later = { ...failed, outcome: 'PASS', observedAt: at('11:59:30') } as const;
  expect(reuse([aRun({ checks: [later] }), aRun({ checks: [passed, other] })])).toEqual(['a.other']);
  expect(reuse([aRun({ checks: [passed, { ...failed, outcome: 'PASS' }] })])).toEqual(['a.one', 'a.two']);
});

test('a plan’s run and a canary’s say nothing of what stands on all hosts', () => {
  const checks = [aCheck('a.a', { observedAt: at('11:59:00') })];
  expect(reuse([aRun({ checks, planned: true })])).toEqual([]);
  expect(reuse([aRun({ checks, partial: true })])).toEqual([]);
});

test('what a file can change at any moment is looked at again, with what shares its statement', () => {
  const evidence = { probe: 'sql', sql: 'SELECT 1' } as const;
  const observedAt = at('11:59:00');
  const checks = [
    aCheck('a.environment', { evidence, observedAt }),
    aCheck('a.same_statement', { evidence, observedAt }),
    aCheck('a.other', { observedAt }),
  ];
  const isReusable = (id: string) => id !== 'a.environment';
  const found = reusableResults([aRun({ checks })], {
    now,
    runbookSha256: 'ab12',
    unchangedSince: before,
    isReusable,
  });
  expect([...found.keys()]).toEqual(['a.other']);
});
