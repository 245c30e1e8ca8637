import { describe, expect, test } from '@jest/globals';
import type { Backtest, BacktestFigures } from '../../src/domain/backtest.js';
import { createTally } from '../../src/domain/backtest-tally.js';
import { LOCALES } from '../../src/domain/localized.js';
import { backtestView } from '../../views/backtest-message.js';
import { terminalText } from '../../views/terminal.js';

const DAY = Date.parse('2026-03-01T00:00:00.000Z');
const title = (text: string) => ({ en: text, 'zh-CN': `检查 ${text}` });
const CHECKS = [
  { id: 'feed.lag', section: '2.2-A', title: title('lag'), mode: 'deciding', everySecs: 3_600 },
  { id: 'orders.a', section: '4.1', title: title('orders <a>'), mode: 'deciding', everySecs: 3_600 },
  { id: 'orders.b', section: '4.2', title: title('orders b'), mode: 'deciding', everySecs: 3_600 },
  { id: 'labels', section: '2.2-B', title: title('labels'), mode: 'deciding', everySecs: 43_200 },
] as const;

/** 45 days: two failures of the feed, of which the change adds one, and a day without orders. */
function figures(): BacktestFigures {
  const tally = createTally(CHECKS, true);
  for (let hour = 0; hour < 45 * 24; hour += 1) {
    const at = DAY + hour * 3_600_000;
    const isLate = hour === 100 || hour === 200;
    const isSilent = hour >= 240 && hour < 264;
    const orders = isSilent ? 'INCONCLUSIVE' : 'PASS';
    tally.add({
      at,
      entries: isSilent ? 0 : 5,
      checks: [
        {
          id: 'feed.lag',
          now: isLate ? 'FAIL' : 'PASS',
          changed: isLate || hour === 300 ? 'FAIL' : 'PASS',
          result: {
            reason: { code: isLate ? 'failure_holds' : 'conditions_hold' },
            says: [{ en: 'SOL 70 s, last row ⟨2026-03-05T04:00:00Z⟩', 'zh-CN': 'SOL 70 秒' }],
          },
        },
        { id: 'orders.a', now: orders, changed: orders },
        { id: 'orders.b', now: orders, changed: orders },
        ...(hour % 12 === 0 ? [{ id: 'labels', now: 'UNKNOWN', changed: 'UNKNOWN' } as const] : []),
      ],
    });
  }
  return {
    strategy: 's',
    wish: { target: 'live', days: 45, everySecs: 3_600, set: { lagFailSecs: 30 }, checks: [] },
    runbookSha256: 'ab',
    from: new Date(DAY).toISOString(),
    to: new Date(DAY + 45 * 86_400_000 - 3_600_000).toISOString(),
    moments: 1_080,
    done: 1_080,
    windowMinutes: 30,
    parameters: [{ name: 'lagFailSecs', now: 60, changed: 30 }],
    checks: tally.checks(),
    notReplayed: [{ id: 'env.enabled', title: title('enabled'), why: 'hosts', tables: [] }],
    oldest: [{ table: 'feed', at: null }],
    emptyDays: [
      { table: 'decisions', days: ['2026-03-04', '2026-03-05', '2026-03-06', '2026-03-09'] },
      { table: 'labels', days: null },
    ],
    environment: [{ name: 'MODEL_VERSION', value: 'v1' }],
    stored: {
      runs: 1,
      of: 4,
      compared: 3,
      unknown: 1,
      differing: 1,
      differences: [
        {
          runId: 'r',
          at: new Date(DAY).toISOString(),
          check: 'feed.lag',
          stored: 'PASS',
          replayed: 'FAIL',
          otherRunbook: true,
        },
      ],
    },
    durationMs: 12_345,
  };
}

const backtest = (more: Partial<Backtest> = {}): Backtest => ({
  backtestId: '6b8f8c1e-0000-4000-8000-000000000000',
  strategy: 's',
  target: 'live',
  wish: figures().wish,
  state: 'done',
  requestedBy: { id: 'U1', name: 'alice', surface: 'slack' },
  requestedAt: new Date(DAY).toISOString(),
  done: 1_080,
  moments: 1_080,
  figures: figures(),
  fault: null,
  cancelledBy: null,
  endedAt: new Date(DAY).toISOString(),
  ...more,
});

test('the report: table, chart of at most twenty points, checks of the same days together, and what is not known', () => {
  const report = backtestView(backtest(), 'en');
  const text = terminalText(report);
  const [head = '', ...rows] = text
    .split('\n')
    .filter((line) => / {2,}\d+( → \d+)? {2,}|^Check {2}/.test(line));
  expect(head.trim().split(/ {2,}/)).toEqual(['Check', 'pass', 'fail', 'inconclusive', 'unknown']);
  expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual([
    ['2.2-A lag', '1078 → 1077', '2 → 3', '0', '0'],
    ['4.1 orders <a>', '1056', '0', '24', '0'],
    ['4.2 orders b', '1056', '0', '24', '0'],
    ['2.2-B labels', '0', '0', '0', '90'],
  ]);
  expect(text).toContain(
    '4.1 orders <a> · 4.2 orders b\ninconclusive: 2026-03-11 ×24 · 0 entries in those windows',
  );
  expect(text).toContain('fail: 2026-03-05 ×1, 2026-03-09 ×1, 2026-03-13 ×0 → 1 · 10 entries');
  expect(text).toContain('Latest (2026-03-09 08:00 UTC): SOL 70 s, last row 04:00:00 UTC');
  expect(text).toContain('1 moment differs with the change: 2026-03-13 12:00 UTC pass → fail');
  expect(text).toContain('1 of 4 asked again');
  expect(text).toContain('PASS then, FAIL now (the runbook was another one then)');
  expect(text).toContain('Not replayed: files and processes as they are now: env.enabled');
  expect(text).toContain('`feed` since never');
  expect(text).toContain('No row of `decisions` on 2026-03-04..2026-03-06, 2026-03-09 (UTC).');
  expect(text).toContain('Whether `labels` has days without any row could not be asked.');
  expect(text).toContain('what is said of these days may be said of deleted rows');
  const chart = report.blocks.find(({ type }) => type === 'data_visualization') as unknown as {
    chart: { axis_config: { categories: unknown[] } };
  };
  expect(chart.chart.axis_config.categories).toHaveLength(15);
});

test('the chart counts what is unknown as not judged, and a rare failure is no flat line beside it', () => {
  const text = terminalText(backtestView(backtest(), 'en'));
  const line = (name: string) => text.split('\n').find((one) => one.startsWith(`  ${name} `)) ?? '';
  // 24 moments of two checks without orders, and in three days six unknown ones.
  expect(line('not judged')).toMatch(/ 6 \(max 54\)$/);
  expect(line('FAIL')).toMatch(/ ▁[▂-█][▂-█]▁+ 0 \(max 1\)$/);
});

test('of stored outcomes that are others now, those not named are counted, and each says its run', () => {
  const [one] = figures().stored.differences;
  if (one === undefined) throw new Error('none');
  const differences = Array.from({ length: 11 }, (_, index) => ({ ...one, runId: `run-${index}` }));
  const stored = { ...figures().stored, differing: 11, differences };
  const lines = terminalText(backtestView(backtest({ figures: { ...figures(), stored } }), 'en')).split('\n');
  const named = lines.filter((line) => line.includes('PASS then, FAIL now'));
  expect(named).toHaveLength(5);
  expect(new Set(named).size).toBe(5);
  expect(named[0]).toContain('run-0');
  expect(lines).toContain('and 6 more');
});

test('of moments that differ with a change, those not named are counted', () => {
  const checks = figures().checks.map((check) =>
    check.id === 'feed.lag'
      ? { ...check, differing: 8, differences: [1, 2, 3, 4, 5].flatMap(() => check.differences) }
      : check,
  );
  const text = terminalText(backtestView(backtest({ figures: { ...figures(), checks } }), 'en'));
  expect(text).toMatch(/8 moments differ with the change: .*; and 3 more$/m);
});

describe.each(LOCALES)('in %s', (locale) => {
  test('each state says what became of it, with the buttons that fit', () => {
    const shown = (more: Partial<Backtest>) => JSON.stringify(backtestView(backtest(more), locale));
    expect(shown({})).toMatch(/backtest:propose.*backtest:again/);
    expect(shown({ state: 'running', figures: null, done: 5 })).toMatch(/backtest:cancel/);
    expect(shown({ state: 'interrupted', figures: null })).toMatch(/backtest:again/);
    expect(
      shown({ state: 'cancelled', figures: null, cancelledBy: { id: 'U2', name: 'bob', surface: 'slack' } }),
    ).toContain('<@U2>');
    for (const code of [
      'process_ended',
      'no_process',
      'runbook_changed',
      'not_configured',
      'inside',
    ] as const)
      expect(shown({ state: 'failed', figures: null, fault: { code } })).not.toContain('undefined');
    expect(backtestView(backtest(), locale).blocks.length).toBeLessThanOrEqual(50);
  });
});
