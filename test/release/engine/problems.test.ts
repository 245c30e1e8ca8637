import { expect, test } from '@jest/globals';
import type { CheckRun } from '../../../src/domain/check-run.js';
import { releaseProblemSchema } from '../../../src/domain/release-problem.js';
import { unexpected, verdictProblem } from '../../../src/release/engine/steps/problems.js';
import { DatabaseFaultError } from '../../../src/store/database-fault-error.js';
import { problemSentence } from '../../../views/release-problem.js';
import { aCheck } from '../../support/runs.js';
import { checkRun } from './support/check-run.js';

test.each([
  [
    'a database',
    new DatabaseFaultError('trading', 'missing_table', { relation: 'sync_records' }),
    'Something unforeseen stopped it: The table sync_records does not exist yet in the trading database.',
    '意外情况使其停止：交易数据库中尚无表 sync_records。',
  ],
  [
    'the operating system',
    Object.assign(new Error('ENOSPC: no space left on device'), {
      code: 'ENOSPC',
      syscall: 'write',
      path: '/data/plan.json',
    }),
    'Something unforeseen stopped it: The operating system refuses: write /data/plan.json: the disk is full (ENOSPC).',
    '意外情况使其停止：操作系统拒绝：write /data/plan.json：磁盘已满 (ENOSPC)。',
  ],
  ['anything else', new Error('boom'), 'Something unforeseen stopped it: “boom”. Run', '“boom”。请运行'],
])('what %s refused in a step is told in the reader’s language', (_what, error, english, chinese) => {
  const problem = releaseProblemSchema.parse(unexpected(error));
  expect(problemSentence(problem, 'en')).toContain(english);
  expect(problemSentence(problem, 'zh-CN')).toContain(chinese);
});

type Check = readonly [
  id: string,
  outcome: CheckRun['checks'][number]['outcome'],
  reason?: CheckRun['checks'][number]['reason'],
];

const runOf = (verdict: CheckRun['verdict'], ...checks: readonly Check[]): CheckRun => ({
  ...checkRun('verify', verdict, 'live'),
  checks: checks.map(([id, outcome, reason = { code: 'neither_holds' }]) => aCheck(id, { outcome, reason })),
});
const said = (run: CheckRun) => problemSentence(verdictProblem(run), 'en');
const away = (host: string) => ({ code: 'host_error', facts: { host, code: 'timeout' } }) as const;

test('a host that cannot be looked at is named, and not each check that rests on it', () => {
  const run = runOf(
    'HOLD',
    ['exec.activity', 'ERROR', away('live-2')],
    ['risk.decisions', 'ERROR', away('live-2')],
    ['exec.weights', 'ERROR', away('live-1')],
    ['data.rows', 'INCONCLUSIVE'],
    ['model.file', 'PASS'],
  );
  expect(said(run)).toBe(
    'The checks say HOLD: live-2, live-1 could not be looked at (3 checks rest on that); 4.2 data.rows: data.rows is fine.',
  );
  expect(said(runOf('HOLD', ['exec.activity', 'ERROR', away('live-2')]))).toBe(
    'The checks say HOLD: live-2 could not be looked at (1 check rests on that).',
  );
});

test('what is wrong decides a NO-GO, whatever cannot be seen', () => {
  const run = runOf('NO_GO', ['exec.activity', 'ERROR', away('live-2')], ['risk.blocked_share', 'FAIL']);
  expect(said(run)).toBe('The checks say NO-GO: 4.2 risk.blocked_share: risk.blocked_share is fine.');
});
