import { beforeAll, expect, test } from '@jest/globals';
import { parseBacktestWords } from '../../commands/backtest-words.js';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import type { Runbook } from '../../src/runbook/runbook.js';
import type { Target, Targets } from '../../src/runbook/targets.js';

let runbook: Runbook;
beforeAll(async () => {
  runbook = await loadRunbook('runbooks/crypto_lob_ml/runbook.yaml', PROBE_KINDS);
});

const targets = {
  defaultTarget: 'live',
  targets: new Map(['live', 'dryrun'].map((name) => [name, { name } as Target])),
  everyName: ['live', 'dryrun'],
} as unknown as Targets;
const parse = (words: string) => parseBacktestWords(words.split(' ').filter(Boolean), { runbook, targets });
const codeOf = (words: string) => {
  try {
    return JSON.stringify(parse(words).wish);
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

test('without a word: the default target, thirty days by the hour, all checks', () => {
  expect(parse('')).toEqual({
    target: { name: 'live' },
    wish: { target: 'live', days: 30, everySecs: 3_600, set: {}, checks: [] },
    csv: undefined,
    propose: false,
  });
});

test('pairs and checks may stand behind one flag or behind one each, and a phone’s dashes are no obstacle', () => {
  const { wish, csv } = parse(
    'dryrun —days 7 --every 15m --set lagFailSecs=30 rows5mPass=100 --checks 2.2-A, risk.decisions --csv x.csv',
  );
  expect(wish).toEqual({
    target: 'dryrun',
    days: 7,
    everySecs: 900,
    set: { lagFailSecs: 30, rows5mPass: 100 },
    checks: [
      'data.sync_records.lag',
      'data.sync_records.rows_5m',
      'data.sync_records.frozen',
      'risk.decisions',
    ],
  });
  expect(csv).toBe('x.csv');
});

test.each([
  ['--days 0', 'backtest_days'],
  ['--days 181', 'backtest_days'],
  ['--every 30s', 'backtest_every'],
  ['--every 8d', 'backtest_every'],
  ['--every soon', 'backtest_every'],
  ['--days 180 --every 1m', 'backtest_moments'],
  ['--set lagFail=3', 'unknown_parameter'],
  ['--set lagFailSecs=x', 'parameter_kind'],
  ['--checks env.enabled', 'unknown_check'],
  ['--days', 'flag_needs_value'],
  ['--days 1 --days 2', 'flag_twice'],
  ['lvie', 'unknown_target'],
  ['--dyas 3', 'unknown_option'],
  ['live lagFailSecs=30', 'too_many_words'],
])('%s is refused', (words, code) => {
  expect(codeOf(words)).toBe(code);
});
