import { describe, expect, test } from '@jest/globals';
import { evaluateWindow, type PassedWindow, type ProcessStart } from '../../src/domain/run-window.js';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const minutesAgo = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);
const started = (minutes: number, host = 'live-1'): ProcessStart => ({ host, at: minutesAgo(minutes) });
const passed = (from: number, to: number, runId = 'run-1'): PassedWindow => ({
  runId,
  from: minutesAgo(from),
  to: minutesAgo(to),
});
const unknown = (host: string): ProcessStart => ({
  host,
  at: undefined,
  gap: { code: 'service_stopped', facts: { hosts: [host] } },
});
const SETTINGS = { minutes: 30, baselineMaxAgeHours: 24 };
const windowOf = (starts: readonly ProcessStart[], windows: readonly PassedWindow[] = []) =>
  evaluateWindow(NOW, starts, windows, SETTINGS);

describe('the window', () => {
  test('begins at the start of a young process', () => {
    expect(windowOf([started(5)])).toEqual({
      window: { from: '2026-03-01T11:55:00.000Z', to: '2026-03-01T12:00:00.000Z', basis: 'process_start' },
      baseline: {
        from: '2026-03-01T11:50:00.000Z',
        to: '2026-03-01T11:55:00.000Z',
        basis: 'before_window',
      },
      gaps: [],
    });
  });

  test('is the look-back for an older process', () => {
    const { window, baseline } = windowOf([started(31)]);
    expect(window).toMatchObject({ from: '2026-03-01T11:30:00.000Z', basis: 'look_back' });
    expect(baseline).toMatchObject({ from: '2026-03-01T11:00:00.000Z', to: '2026-03-01T11:30:00.000Z' });
  });

  test('after a halt begins with it, also where the service is stopped', () => {
    const stopped = evaluateWindow(NOW, [unknown('live-1')], [], SETTINGS, minutesAgo(4));
    expect(stopped.window).toMatchObject({ from: minutesAgo(4).toISOString(), basis: 'halt' });
    const restarted = evaluateWindow(NOW, [started(3)], [], SETTINGS, minutesAgo(4));
    expect(restarted.window).toMatchObject({ from: minutesAgo(3).toISOString(), basis: 'process_start' });
    const old = evaluateWindow(NOW, [started(90)], [], SETTINGS, minutesAgo(45));
    expect(old.window).toMatchObject({ from: minutesAgo(30).toISOString(), basis: 'look_back' });
  });

  test('of several hosts begins at the latest start', () => {
    const { window } = windowOf([started(20), started(7, 'live-2'), started(600, 'live-3')]);
    expect(window).toMatchObject({ from: '2026-03-01T11:53:00.000Z', basis: 'process_start' });
  });

  test('names the hosts whose start nobody knows, and keeps to those that are known', () => {
    const { window, gaps } = windowOf([started(20), unknown('live-2')]);
    expect(gaps).toEqual([{ code: 'service_stopped', facts: { hosts: ['live-2'] } }]);
    expect(window).toMatchObject({ from: '2026-03-01T11:40:00.000Z', hostsWithoutStart: ['live-2'] });
  });

  test('is the look-back, and says why, when no start is known', () => {
    const { window } = windowOf([unknown('live-1')]);
    expect(window).toMatchObject({
      from: '2026-03-01T11:30:00.000Z',
      basis: 'start_unknown',
      hostsWithoutStart: ['live-1'],
    });
  });

  test('never ends before it begins, even with a host’s clock ahead', () => {
    const { window } = windowOf([{ host: 'live-1', at: new Date(NOW.getTime() + 5_000) }]);
    expect(window.from).toBe(window.to);
  });
});

describe('the baseline', () => {
  test('is the last part, of the same length, of the newest window that passed', () => {
    const { baseline } = windowOf([started(10)], [passed(60, 30, 'newest'), passed(100, 70, 'older')]);
    expect(baseline).toEqual({
      from: '2026-03-01T11:20:00.000Z',
      to: '2026-03-01T11:30:00.000Z',
      basis: 'passed_run',
      runId: 'newest',
    });
  });

  test.each([
    ['overlaps the present window', passed(40, 9)],
    ['is shorter than the present one', passed(30, 21)],
    ['is too old', passed(26 * 60, 25 * 60)],
  ])('is not a window that %s', (_name, window) => {
    expect(windowOf([started(10)], [window]).baseline.basis).toBe('before_window');
  });
});
