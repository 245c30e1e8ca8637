import { describe, expect, test } from '@jest/globals';
import { freezeSchema, frozenAt } from '../../src/runbook/freeze.js';

const window = (cron: string, duration: string, zone = 'Europe/London', why?: string) =>
  freezeSchema.parse({ cron, for: duration, zone, ...(why === undefined ? {} : { why }) });
const WEEKEND = window('0 16 * * FRI', '2d 16h');
const until = (windows: ReturnType<typeof window> | ReturnType<typeof window>[], at: string) =>
  frozenAt([windows].flat(), new Date(at))?.until;

describe('a window of every week', () => {
  test('its first moment belongs to it, its end does not', () => {
    expect(until(WEEKEND, '2026-03-06T15:59:59.999Z')).toBeUndefined();
    expect(until(WEEKEND, '2026-03-06T16:00:00.000Z')).toBe('2026-03-09T08:00:00.000Z');
    expect(until(WEEKEND, '2026-03-09T07:59:59.999Z')).toBe('2026-03-09T08:00:00.000Z');
    expect(until(WEEKEND, '2026-03-09T08:00:00.000Z')).toBeUndefined();
  });

  test('it begins and ends by the clock on the wall when summer time begins in it', () => {
    expect(until(WEEKEND, '2026-03-27T16:00:00.000Z')).toBe('2026-03-30T07:00:00.000Z');
    expect(until(WEEKEND, '2026-03-30T06:59:59.999Z')).toBe('2026-03-30T07:00:00.000Z');
    expect(until(WEEKEND, '2026-03-30T07:00:00.000Z')).toBeUndefined();
  });

  test('and when it ends in it', () => {
    expect(until(WEEKEND, '2026-10-23T14:59:59.999Z')).toBeUndefined();
    expect(until(WEEKEND, '2026-10-23T15:00:00.000Z')).toBe('2026-10-26T08:00:00.000Z');
    expect(until(WEEKEND, '2026-10-26T07:59:59.999Z')).toBe('2026-10-26T08:00:00.000Z');
    expect(until(WEEKEND, '2026-10-26T08:00:00.000Z')).toBeUndefined();
  });

  test('hours pass as they are: 64 of them end an hour later by the wall clock of that Monday', () => {
    expect(until(window('0 16 * * FRI', '64h'), '2026-03-29T00:00:00.000Z')).toBe('2026-03-30T08:00:00.000Z');
  });

  test('in a zone on the other side of the day, and in one whose offset is no whole hour', () => {
    expect(until(window('0 0 * * MON', '1d', 'Asia/Shanghai'), '2026-03-01T16:00:00.000Z')).toBe(
      '2026-03-02T16:00:00.000Z',
    );
    expect(until(window('0 0 * * MON', '1d', 'Asia/Shanghai'), '2026-03-01T15:59:59.999Z')).toBeUndefined();
    expect(until(window('30 9 * * *', '30m', 'Asia/Kolkata'), '2026-03-01T04:15:00.000Z')).toBe(
      '2026-03-01T04:30:00.000Z',
    );
  });
});

test('a beginning in the hour that is left out comes with the first moment after it', () => {
  const gap = window('30 1 * * *', '1h');
  expect(until(gap, '2026-03-29T00:59:59.999Z')).toBeUndefined();
  expect(until(gap, '2026-03-29T01:00:00.000Z')).toBe('2026-03-29T02:00:00.000Z');
});

test('a beginning in the hour that comes twice is the first of the two', () => {
  const twice = window('30 1 * * *', '30m');
  expect(until(twice, '2026-10-25T00:30:00.000Z')).toBe('2026-10-25T01:00:00.000Z');
  expect(until(twice, '2026-10-25T01:30:00.000Z')).toBeUndefined();
});

test('windows that follow each other without a gap are one, and the reason is that of the one that stands', () => {
  const holidays = window('0 8 9 3 *', '3d', 'Europe/London', 'release of the exchange');
  const windows = [{ ...WEEKEND, why: 'weekend' }, holidays];
  expect(frozenAt(windows, new Date('2026-03-08T12:00:00Z'))).toEqual({
    until: '2026-03-12T08:00:00.000Z',
    why: 'weekend',
  });
  expect(frozenAt(windows, new Date('2026-03-10T12:00:00Z'))?.why).toBe('release of the exchange');
});

test('a freeze without an end is one all the same, and of no window there is none', () => {
  expect(until(window('0 0 * * *', '2d'), '2026-03-08T12:00:00Z')).toBeDefined();
  expect(frozenAt([], new Date())).toBeUndefined();
});

test('a window longer than the time between two beginnings ends with the last of them', () => {
  expect(until(window('0 0 1,2 3 *', '3d', 'UTC'), '2026-03-02T12:00:00Z')).toBe('2026-03-05T00:00:00.000Z');
});

describe('what can be written', () => {
  const faults = (changes: object) =>
    freezeSchema
      .safeParse({ cron: '0 16 * * FRI', for: '1d', zone: 'UTC', ...changes })
      .error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`);

  test.each([
    [{ cron: '0 16 * *' }, 'cron cron_shape'],
    [{ cron: '0 16 * * FRI 2026' }, 'cron cron_shape'],
    [{ cron: '0 25 * * *' }, 'cron cron_shape'],
    [{ cron: '2026-12-24T00:00:00' }, 'cron cron_shape'],
    [{ cron: '0 0 31 2 *' }, 'cron cron_shape'],
    [{ zone: 'Mars/Base' }, 'zone time_zone_shape'],
    [{ for: '' }, 'for freeze_duration_shape'],
    [{ for: '0h' }, 'for freeze_duration_shape'],
    [{ for: '2 days' }, 'for freeze_duration_shape'],
    [{ for: '16h 2d' }, 'for freeze_duration_shape'],
  ])('%j is refused', (changes, fault) => {
    expect(faults(changes)).toContain(fault);
  });

  test.each(['2d', '2d 16h', '2d16h', '90m', '1h 30m', '14d'])('`%s` is a duration', (text) => {
    expect(faults({ for: text })).toBeUndefined();
  });
});
