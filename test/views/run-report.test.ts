import { expect, test } from '@jest/globals';
import type { CheckResult } from '../../src/domain/check-run.js';
import { checkSentence } from '../../views/check-sentence.js';
import { runReportView } from '../../views/run-report.js';
import { terminalText } from '../../views/terminal.js';
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

const wrong = (id: string, outcome: CheckResult['outcome'], words = id) =>
  aCheck(id, {
    outcome,
    reason: { code: outcome === 'FAIL' ? 'failure_holds' : 'no_data' },
    says: [{ en: words, 'zh-CN': words }],
  });
const lines = (...checks: readonly CheckResult[]) =>
  runReportView(aRun({ verdict: 'NO_GO', checks: [...checks] }), { locale: 'en', stored: true }).blocks.map(
    (block) => (block.type === 'actions' ? 'actions' : terminalText({ text: '', blocks: [block] })),
  );

test('above the buttons stand the three worst causes; the others below, under their own titles', () => {
  const shown = lines(
    wrong('q', 'INCONCLUSIVE'),
    wrong('a', 'FAIL'),
    wrong('b', 'FAIL'),
    wrong('c', 'FAIL'),
    wrong('d', 'FAIL'),
  );
  const buttons = shown.indexOf('actions');
  const above = shown.slice(0, buttons).join('\n');
  const below = shown.slice(buttons).join('\n');
  expect(above).toMatch(/What stops it[\s\S]*4\.2 a[\s\S]*4\.2 b[\s\S]*4\.2 c/);
  expect(above).not.toMatch(/4\.2 [dq]/);
  expect(below).toMatch(/What stops it[\s\S]*4\.2 d[\s\S]*What is unknown[\s\S]*4\.2 q/);
});

test('long causes push the buttons off no screen: the first always stands above them', () => {
  const long = 'word '.repeat(100);
  const shown = lines(wrong('a', 'FAIL', `${long}a`), wrong('b', 'FAIL', `${long}b`));
  const buttons = shown.indexOf('actions');
  expect(shown.slice(0, buttons).join()).toMatch(/4\.2 a/);
  expect(shown.slice(0, buttons).join()).not.toMatch(/4\.2 b/);
  expect(shown.slice(buttons).join()).toMatch(/4\.2 b/);
});

test.each([
  ['precheck', 'GO', true],
  ['gonogo', 'GO', false],
  ['precheck', 'HOLD', false],
] as const)('a %s that says %s offers a deploy: %s', (kind, verdict, offers) => {
  const report = (now: string) =>
    JSON.stringify(runReportView(aRun({ kind, verdict }), { locale: 'en', stored: true, now }).blocks);
  expect(report('2026-03-01T12:01:00.000Z').includes('deploy:prefill')).toBe(offers);
  expect(report('2026-03-01T12:11:00.000Z')).not.toContain('deploy:prefill');
});
