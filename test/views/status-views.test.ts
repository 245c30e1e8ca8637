import { describe, expect, test } from '@jest/globals';
import { messageFaults, viewFaults } from '../../sandbox/slack/block-kit/surfaces.js';
import type { CheckRunSummary } from '../../src/domain/check-run.js';
import type { HistoryLine } from '../../src/domain/history-page.js';
import { LOCALES } from '../../src/domain/localized.js';
import type { HostStatus, TargetStatus } from '../../src/domain/target-status.js';
import { historyView } from '../../views/history.js';
import { homeView } from '../../views/home.js';
import { statusLine, statusView } from '../../views/status.js';
import { terminalText } from '../../views/terminal.js';
import { textFor } from '../../views/text/index.js';
import { aRun } from '../support/runs.js';

const host: Extract<HostStatus, { kind: 'read' }> = {
  kind: 'read',
  host: 'live-1',
  service: { state: 'active', pid: 42, since: '2026-03-01T11:00:00.000Z', restarts: 0 },
  flag: { file: 'true', process: { value: '1' } },
  modelVersion: { file: 'v3', process: { value: 'v2' } },
  model: { kind: 'file', path: '/m/a.onnx', sha256: 'ab'.repeat(32) },
};

const summary = (changes: Partial<CheckRunSummary> = {}): CheckRunSummary => {
  const { checks: _checks, ...run } = aRun({ runId: '11111111-1111-4111-8111-111111111111' });
  return { ...run, outcomeCounts: { PASS: 3, FAIL: 1 }, ...changes };
};

const aRunLine = (changes: Partial<CheckRunSummary> = {}): HistoryLine => {
  const run = summary(changes);
  return { kind: 'run', id: run.runId, startedAt: run.startedAt, run };
};
const release: Extract<HistoryLine, { kind: 'release' }> = {
  kind: 'release',
  id: '22222222-2222-4222-8222-222222222222',
  startedAt: '2026-03-01T11:00:00.000Z',
  by: { id: 'U0ALICE', name: 'alice', surface: 'slack' },
  reason: 'better <loss>',
  state: 'confirmed',
  detail: 'v4',
  binary: null,
};
const halt: HistoryLine = {
  kind: 'halt',
  startedAt: release.startedAt,
  by: release.by,
  id: '33333333-3333-4333-8333-333333333333',
  reason: null,
  state: 'not_verified',
  detail: 'disable',
};

const status: TargetStatus = {
  strategy: 'crypto_lob_ml',
  target: 'live',
  asOf: '2026-03-01T12:30:00.000Z',
  hosts: [
    host,
    {
      ...host,
      host: 'live-2',
      flag: { file: 'flase' },
      service: { state: 'failed', pid: 0, since: undefined, restarts: 7 },
      modelVersion: { file: undefined },
      model: { kind: 'unknown', path: '/m/b.onnx', because: 'not_found' },
    },
    { kind: 'unreachable', host: 'live-3', code: 'timeout' },
  ],
  runs: { kind: 'read', latest: [summary(), summary({ kind: 'gonogo', verdict: 'NO_GO' })] },
  release: {
    lock: {
      by: { id: 'U0CAROL', name: 'carol', surface: 'slack' },
      reason: 'payday <!>',
      at: '2026-03-01T10:00:00.000Z',
      until: null,
    },
    openRequests: [
      {
        requestId: 'r1',
        state: 'open',
        by: { id: 'U0ALICE', name: 'alice', surface: 'slack' },
        at: '2026-03-01T12:00:00.000Z',
        reason: 'model v4 <!>',
      },
    ],
    running: {
      releaseId: 'r2',
      state: 'watching',
      by: { id: 'U0ALICE', name: 'alice', surface: 'slack' },
      modelVersion: 'v4',
      binary: undefined,
      at: '2026-03-01T12:10:00.000Z',
    },
    lastConfirmed: { releaseId: 'r0', modelVersion: 'v3', binary: undefined, at: '2026-02-01T12:00:00.000Z' },
  },
};

describe.each(LOCALES)('in %s', (locale) => {
  test('status: what differs, what is stopped, what is unknown, and a verdict that has expired', () => {
    const report = statusView(status, locale);
    expect(messageFaults(report.blocks)).toEqual([]);
    expect(report.text).toMatchSnapshot();
    expect(terminalText(report)).toMatchSnapshot();
  });

  test('the heading calls a GO that has expired what it is', () => {
    const latest = [summary({ verdict: 'GO', validUntil: '2026-03-01T11:00:00.000Z' })];
    const line = statusLine({ ...status, runs: { kind: 'read', latest } }, locale);
    expect(line).toContain(` ${textFor(locale).report.verdict.HOLD} · `);
  });

  test('history: each run opens its report, and the page turns both ways', () => {
    const page = {
      lines: [aRunLine(), aRunLine({ kind: 'verify', verdict: 'HOLD' }), release, halt],
      hasOlder: true,
      hasNewer: true,
    };
    const report = historyView({ strategy: 's', target: 'live' }, page, { locale, showIds: true });
    expect(messageFaults(report.blocks)).toEqual([]);
    expect(terminalText(report)).toMatchSnapshot();
    expect(report.blocks.at(-1)).toMatchSnapshot();
    const empty = { lines: [], hasOlder: false, hasNewer: false };
    expect(
      historyView({ strategy: 's', target: 'live' }, empty, { locale, showIds: false }),
    ).toMatchSnapshot();
  });

  test('the Home holds many targets within what Slack takes', () => {
    const target = { name: 'live', channels: { reports: 'C0REPORTS', incidents: 'C0INCIDENTS' } };
    const one = homeView([{ target, status }], locale);
    expect(one).toMatchSnapshot();
    const many = homeView(
      Array.from({ length: 30 }, () => ({ target, status })),
      locale,
    );
    expect(viewFaults({ type: 'home', blocks: many }, 'home')).toEqual([]);
  });

  test('the Home of several strategies has a heading for each', () => {
    const other = { ...status, strategy: 'crypto_rl_policy', target: 'policy' };
    const target = { name: 'live', channels: undefined };
    const blocks = homeView(
      [
        { target, status },
        { target: { ...target, name: 'policy' }, status: other },
        { target: { ...target, name: 'dryrun' }, status: { ...status, target: 'dryrun' } },
      ],
      locale,
    );
    expect(viewFaults({ type: 'home', blocks }, 'home')).toEqual([]);
    expect(terminalText({ text: '', blocks })).toMatchSnapshot();
  });

  test('a full page of history is what Slack takes', () => {
    const page = { lines: Array.from({ length: 20 }, () => aRunLine()), hasOlder: true, hasNewer: true };
    const report = historyView({ strategy: 's', target: 'live' }, page, { locale, showIds: false });
    expect(messageFaults(report.blocks)).toEqual([]);
  });
});

test('without the bot’s database the status says what is unknown', () => {
  const report = statusView({ ...status, runs: { kind: 'unreachable' }, release: undefined }, 'en');
  expect(terminalText(report)).toContain('own database does not answer');
});

describe.each(LOCALES)('a halt in %s', (locale) => {
  const [read] = status.hosts;
  const off = { file: 'false', process: { value: 'false' } };
  const halt = {
    kind: 'disable' as const,
    state: 'verified' as const,
    by: { id: 'U0CAROL', name: 'carol', surface: 'slack' as const },
    at: '2026-03-01T12:23:00.000Z',
  };
  const nothing = { lock: undefined, openRequests: [], running: undefined, lastConfirmed: undefined };
  const halted = (flag: typeof off, state: 'verified' | 'not_verified' = 'verified'): TargetStatus => ({
    ...status,
    hosts: read?.kind === 'read' ? [{ ...read, flag }] : [],
    release: { ...nothing, halt: { ...halt, state } },
  });
  const shownBy = (one: TargetStatus) => [
    statusView(one, locale),
    { text: '', blocks: homeView([{ target: { name: 'live', channels: undefined }, status: one }], locale) },
  ];

  test('stands above everything, and the way back in the place of the red button', () => {
    for (const { blocks } of shownBy(halted(off))) {
      const shown = JSON.stringify(blocks);
      expect(shown).toMatch(/🛑.*(HALTED by|已停止：)/);
      expect(shown).toContain('<@U0CAROL>');
      expect(shown).not.toContain('rollback:disable');
      expect(shown).toContain('deploy:restart');
    }
    const [{ text } = { text: '' }] = shownBy(halted(off));
    expect(text).toContain('🛑');
  });

  test('claims nothing where a host shows the flag on, and the red button stays', () => {
    for (const { blocks } of shownBy(halted({ file: 'false', process: { value: 'true' } }))) {
      const shown = JSON.stringify(blocks);
      expect(shown).not.toContain('🛑');
      expect(shown).toContain('rollback:disable');
      expect(shown).not.toContain('deploy:restart');
    }
  });

  test('that was not verified says so, whatever the hosts show', () => {
    for (const { blocks } of shownBy(halted(off, 'not_verified')))
      expect(JSON.stringify(blocks)).toMatch(/🚨.*(HALT NOT VERIFIED|停止未验证)/);
  });

  test('that was not verified leaves the red button where it is: something else than the flag may be on', () => {
    for (const { blocks } of shownBy(halted(off, 'not_verified'))) {
      expect(JSON.stringify(blocks)).toContain('rollback:disable');
      expect(JSON.stringify(blocks)).not.toContain('deploy:restart');
    }
  });

  test('that was verified is told beside a host that does not answer, and the red button stays', () => {
    const away: HostStatus = { kind: 'unreachable', host: 'live-2', code: 'unreachable' };
    const one = halted(off);
    for (const { blocks } of shownBy({ ...one, hosts: [...one.hosts, away] })) {
      expect(JSON.stringify(blocks)).toMatch(/🛑.*(HALTED by|已停止：)/);
      expect(JSON.stringify(blocks)).toContain('rollback:disable');
    }
  });

  test('of every target leaves nothing to disable on the Home', () => {
    const home = (...targets: readonly TargetStatus[]) =>
      JSON.stringify(
        homeView(
          targets.map((one) => ({ target: { name: one.target, channels: undefined }, status: one })),
          locale,
        ),
      );
    const dryrun = { ...halted(off), target: 'dryrun' };
    expect(home(halted(off), dryrun)).not.toContain('rollback:disable_all');
    expect(home({ ...status, target: 'live' }, dryrun)).toContain('rollback:disable_all');
  });
});
