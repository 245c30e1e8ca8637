import { describe, expect, test } from '@jest/globals';
import { messageFaults, messageTooLong } from '../../sandbox/slack/block-kit/surfaces.js';
import type { CheckRun } from '../../src/domain/check-run.js';
import { LOCALES } from '../../src/domain/localized.js';
import { simplify } from '../../src/slack/report-payload.js';
import { CHARTS_ACTION, chartsReport } from '../../views/charts.js';
import { remedySentence } from '../../views/check-sentence.js';
import { runReportView } from '../../views/run-report.js';
import { terminalText } from '../../views/terminal.js';
import { aCheck, aRun } from '../support/runs.js';

const title = (text: string) => ({ en: text, 'zh-CN': `${text}（中）` });
const window = {
  from: '2026-03-01T11:40:00.000Z',
  to: '2026-03-01T12:00:00.000Z',
  basis: 'process_start',
} as const;
const baseline = {
  from: '2026-03-01T11:20:00.000Z',
  to: '2026-03-01T11:40:00.000Z',
  basis: 'before_window',
} as const;

const run: CheckRun = aRun({
  runId: '22222222-2222-4222-8222-222222222222',
  kind: 'gonogo',
  verdict: 'GO_WITH_WARNINGS',
  checks: [
    aCheck('data.lag', { section: '2.2-A' }),
    aCheck('exec.model_type', { evidence: { probe: 'sql', window, baseline } }),
    aCheck('exec.activity', { section: '4.1', outcome: 'WARN', reason: { code: 'warning_holds' } }),
    aCheck('env.enabled', { section: '2.1' }),
  ],
  criteria: [
    {
      id: 'a',
      kind: 'no_go',
      title: title('Source lags'),
      checks: ['data.lag', 'gone'],
      outcome: 'INCONCLUSIVE',
    },
    { id: 'b', kind: 'go', title: title('Model decides'), checks: ['exec.model_type'], outcome: 'PASS' },
    { id: 'c', kind: 'go', title: title('Activity'), checks: ['exec.activity'], outcome: 'WARN' },
  ],
  charts: [
    {
      id: 'lag',
      title: title('Lag'),
      type: 'line',
      xLabel: title('minutes'),
      yLabel: title('seconds'),
      categories: ['-1', '0'],
      series: [{ name: 'BTCUSDT', values: [0.5, 8] }],
    },
  ],
});

const acknowledgement = {
  runId: run.runId,
  checkId: 'exec.activity',
  person: { id: 'U0BOB', name: 'bob', surface: 'slack' },
  at: '2026-03-01T12:01:00.000Z',
} as const;

describe.each(LOCALES)('a decision in %s', (locale) => {
  test('reads in a terminal', () => {
    expect(terminalText(runReportView(run, { locale, stored: true, withCharts: true }))).toMatchSnapshot();
  });

  test('asks for each warning until it is acknowledged, and no longer once a newer run exists', () => {
    const open = runReportView(run, { locale, stored: true });
    expect(messageFaults(open.blocks)).toEqual([]);
    expect(messageTooLong(open.blocks)).toBe(false);
    expect(open.blocks).toMatchSnapshot();
    const hasButton = (options: Partial<Parameters<typeof runReportView>[1]>) =>
      JSON.stringify(runReportView(run, { locale, stored: true, ...options }).blocks).includes(
        'gonogo:acknowledge',
      );
    expect(hasButton({})).toBe(true);
    expect(hasButton({ acknowledgements: [acknowledgement] })).toBe(false);
    expect(hasButton({ supersededAt: '2026-03-01T12:05:00.000Z' })).toBe(false);
    expect(hasButton({ stored: false })).toBe(false);
  });

  test('names each span of time with its sections, where checks looked at different ones', () => {
    const spans = (checks: CheckRun['checks']) =>
      terminalText(runReportView({ ...run, checks }, { locale, stored: true })).match(
        /2026-03-01 11:[24]\d/g,
      );
    const fresh = aCheck('exec.model_type', { section: '4.2', evidence: { probe: 'sql', window, baseline } });
    const earlier = { ...window, from: '2026-03-01T11:21:00.000Z', to: '2026-03-01T11:41:00.000Z' };
    const other = aCheck('risk.decisions', { section: '4.4', evidence: { probe: 'sql', window: earlier } });
    const text = terminalText(runReportView({ ...run, checks: [fresh, other] }, { locale, stored: true }));
    expect(text).toMatch(/4\.2.*11:40:00.*11:20:00[\s\S]*4\.4.*11:21:00.*11:41:00/);
    expect(spans([fresh, fresh])).toEqual(spans([fresh]));
  });

  test('loses its charts first where Slack refuses it, and folds nothing', () => {
    const report = runReportView(run, { locale, stored: true, withCharts: true });
    const types = (blocks: readonly { readonly type: string }[] = []) => blocks.map(({ type }) => type);
    expect(types(report.blocks)).toEqual(expect.arrayContaining(['data_visualization', 'container']));
    const simpler = simplify(report);
    expect(types(simpler?.blocks)).not.toContain('data_visualization');
    expect(types(simpler?.blocks)).not.toContain('container');
    expect(types(simpler?.blocks)).toContain('table');
    expect(terminalText({ text: '', blocks: simpler?.blocks ?? [] })).toMatch(/Source lags[\s\S]*2\.1/);
  });

  test('the buttons come before everything that is folded', () => {
    const shown = runReportView(run, { locale, stored: true, withCharts: true });
    const types = shown.blocks.map(({ type }) => type);
    expect(types.indexOf('actions')).toBeLessThan(types.indexOf('container'));
    expect(types.indexOf('container')).toBeLessThan(types.indexOf('data_visualization'));
  });
});

test('in a channel the charts wait behind a button; a run that is not stored shows them at once', () => {
  const waiting = runReportView(run, { locale: 'en', stored: true });
  expect(waiting.blocks.map(({ type }) => type)).not.toContain('data_visualization');
  expect(JSON.stringify(waiting.blocks)).toContain(`"action_id":"${CHARTS_ACTION}"`);
  const lost = runReportView(run, { locale: 'en', stored: false });
  expect(lost.blocks.map(({ type }) => type)).toContain('data_visualization');
  expect(JSON.stringify(lost.blocks)).not.toContain(CHARTS_ACTION);
  const charts = chartsReport(run, 'en');
  expect(messageFaults(charts.blocks)).toEqual([]);
  expect(charts.blocks.map(({ type }) => type)).toEqual(['context', 'data_visualization']);
  expect(charts.text).toContain('Lag');
});

test('the evidence of a criterion stands in its own order, and what is the same once', () => {
  const criterion = { kind: 'no_go', outcome: 'PASS', title: title('Source lags') } as const;
  const lastly = aCheck('a.lag', { says: [title('0.5 s')] });
  const twice = [
    aCheck('a.rows', { says: [title('300 rows')] }),
    aCheck('a.more', { says: [title('300 rows')] }),
  ];
  const criteria = [{ ...criterion, id: 'c', checks: ['a.lag', 'a.rows', 'a.more'] }];
  const run = aRun({ kind: 'gonogo', checks: [...twice, lastly], criteria });
  const text = terminalText(runReportView(run, { locale: 'en', stored: true }));
  expect(text).toMatch(/absent +0\.5 s · 300 rows *$/m);
});

test('what several checks say in the same words is said once, with the name of each', () => {
  const down = { outcome: 'INCONCLUSIVE', says: [], observed: [] } as const;
  const reason = { code: 'service_down', facts: { hosts: ['live-2 (failed)'] } } as const;
  const checks = [
    aCheck('a.a', { ...down, reason }),
    aCheck('b.b', { ...down, reason }),
    aCheck('c.c', { ...down, reason: { code: 'no_data' } }),
  ];
  const text = terminalText(runReportView(aRun({ verdict: 'HOLD', checks }), { locale: 'en', stored: true }));
  expect(text.match(/no process on live-2/g)).toHaveLength(1);
  expect(text).toMatch(/\? 4\.2 a\.a, 4\.2 b\.b {2}The service has no process on live-2/);
});

test.each([
  // Without an entry nobody knows that the model does not decide.
  ['no_data', 'sql', /^No row is no fault yet/],
  ['failure_holds', 'sql', /^own words/],
  ['faulty_rows', 'env', /^Mend the value/],
  // A failed start is not repaired by changing a value.
  ['faulty_rows', 'service', /^own words/],
] as const)('what to do about %s of a %s check', (code, probe, words) => {
  const remedy = { en: 'own words', 'zh-CN': '自己的话' };
  const check = aCheck('a.a', { outcome: 'FAIL', reason: { code }, evidence: { probe }, remedy });
  expect(remedySentence(check, 'en')).toMatch(words);
});

test('other reports have no criteria, no charts and nothing to acknowledge', () => {
  const report = runReportView(aRun(), { locale: 'en', stored: true });
  expect(report.blocks.map(({ type }) => type)).toEqual(['header', 'context', 'actions', 'container']);
  expect(report.optionalBlockIds).toEqual([]);
});

test('the criteria show moments in the reader’s zone, as the rest of the report does', () => {
  const late = aCheck('a.late', {
    outcome: 'FAIL',
    reason: { code: 'failure_holds' },
    says: [title('late since ⟨2026-03-01T11:00:00.000Z⟩, stop it')],
  });
  const criteria = [
    { id: 'c', kind: 'no_go', title: title('Late'), checks: ['a.late'], outcome: 'FAIL' },
  ] as const;
  const run = aRun({ kind: 'gonogo', verdict: 'NO_GO', checks: [late], criteria });
  const report = runReportView(run, { locale: 'en', stored: true });
  expect(messageFaults(report.blocks)).toEqual([]);
  const table = JSON.stringify(report.blocks.find(({ type }) => type === 'container'));
  expect(table).toContain(
    '{"type":"date","timestamp":1772362800,"format":"{time_secs}","fallback":"11:00:00 UTC"}',
  );
  expect(table).not.toContain('"text":"late since 11:00:00 UTC');
  expect(terminalText(report)).toMatch(/late since 11:00:00 UTC, stop it/);
});
