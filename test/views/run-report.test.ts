import { expect, test } from '@jest/globals';
import type { CheckResult } from '../../src/domain/check-run.js';
import { checkSentence } from '../../views/check-sentence.js';
import { runReportView } from '../../views/run-report.js';
import { aCheck, aRun } from '../support/runs.js';

const says = (...symbols: readonly string[]) =>
  symbols.map((symbol) => ({ en: `${symbol} moves`, 'zh-CN': `${symbol} 有变动` }));
const title = { en: 'prices move', 'zh-CN': '价格变动' };
const moves = aCheck('data.frozen', { section: '2.2-A', title, says: says('BTC', 'SOL') });
const lags = aCheck('data.lag', {
  section: '2.2-A',
  outcome: 'FAIL',
  reason: { code: 'failure_holds' },
  says: [{ en: 'SOL 150 s', 'zh-CN': 'SOL 150 秒' }],
});

const shown = (...checks: readonly CheckResult[]) =>
  JSON.stringify(runReportView(aRun({ checks: [...checks] }), { locale: 'en', stored: true }).blocks);

test('beside a check that failed, the others of its section are named, and nothing good is said of what is wrong', () => {
  expect(shown(moves, lags)).toContain('✓ *2.2-A* 1 of 2  prices move');
  expect(shown(moves, lags)).not.toContain('SOL moves');
  expect(shown(moves)).toContain('✓ *2.2-A* 1 of 1  BTC moves · SOL moves');
});

test.each([
  [['A', 'B', 'C', 'D'], 'A moves · B moves · C moves · D moves'],
  [['A', 'B', 'C', 'D', 'E'], 'A moves · B moves · C moves and 2 more'],
])('of %j no single one is left out', (symbols, told) => {
  expect(checkSentence({ ...moves, says: says(...symbols) }, 'en')).toBe(told);
});
