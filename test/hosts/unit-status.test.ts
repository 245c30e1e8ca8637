import { describe, expect, test } from '@jest/globals';
import {
  LogReader,
  type ParseLogLine,
  parseJournalLine,
  parsePlainLine,
} from '../../src/hosts/managers/log-lines.js';
import { parseUnitStatus } from '../../src/hosts/managers/unit-status.js';

const ANSWER = `MainPID=8159
NRestarts=2
ExecMainStatus=3
LoadState=loaded
ActiveState=activating
SubState=auto-restart
ActiveEnterTimestamp=Sun 2026-11-22 18:26:26.894900 UTC
InvocationID=e4bf10ee8c704ea7b029d55e92be45ee
User=ploy
`;

describe('parseUnitStatus', () => {
  test('reads what systemctl show prints', () => {
    expect(parseUnitStatus('here', ANSWER)).toEqual({
      activeState: 'activating',
      subState: 'auto-restart',
      mainPid: 8159,
      restarts: 2,
      execMainStatus: 3,
      invocationId: 'e4bf10ee8c704ea7b029d55e92be45ee',
      activeSince: new Date('2026-11-22T18:26:26.894Z'),
      user: 'ploy',
      controlGroup: '',
      execStart: '',
    });
  });

  test.each([
    ['2026-11-22 18:26:20.100000', '2026-11-22 18:25:00.000000', '18:26:20.100Z'],
    // A restart that did not look at the conditions again.
    ['2026-11-22 18:20:00.000000', '2026-11-22 18:26:25.000000', '18:26:25.000Z'],
    // It has ended since.
    ['2026-11-22 18:26:20.100000', '2026-11-22 18:40:00.000000', '18:26:20.100Z'],
  ])('a start that began at %s, after a run that ended at %s', (began, ended, expected) => {
    const more = `ExecMainStartTimestamp=Sun 2026-11-22 18:26:26.800000 UTC\nConditionTimestamp=Sun ${began} UTC\nActiveExitTimestamp=Sun ${ended} UTC\n`;
    expect(parseUnitStatus('here', ANSWER + more).startedAt).toEqual(new Date(`2026-11-22T${expected}`));
  });

  test.each([
    ['@1795371986', '2026-11-22T18:26:26.000Z'],
    ['2026-11-22T18:26:26Z', '2026-11-22T18:26:26.000Z'],
    ['2026-11-22T19:26:26+0100', '2026-11-22T18:26:26.000Z'],
    ['', undefined],
    ['n/a', undefined],
  ])('the time %j', (written, expected) => {
    const answer = ANSWER.replace(/ActiveEnterTimestamp=.*/, `ActiveEnterTimestamp=${written}`);
    expect(parseUnitStatus('here', answer).activeSince?.toISOString()).toBe(expected);
  });

  test.each([
    ['no answer', ''],
    ['no PID', ANSWER.replace('MainPID=8159', 'MainPID=')],
    ['a PID that is none', ANSWER.replace('8159', '-1')],
    ['no counter of restarts', ANSWER.replace('NRestarts=2\n', '')],
    ['an unknown state', ANSWER.replace('activating', 'fine')],
    ['a time of another zone', ANSWER.replace(' UTC', ' CET')],
  ])('refuses %s', (_, answer) => {
    expect(() => parseUnitStatus('here', answer)).toThrow(
      expect.objectContaining({ code: 'unreadable_answer' }),
    );
  });

  test('a unit that systemd does not know', () => {
    const answer = ANSWER.replace('LoadState=loaded', 'LoadState=not-found');
    expect(() => parseUnitStatus('here', answer)).toThrow(expect.objectContaining({ code: 'not_found' }));
  });
});

function readAll(parse: ParseLogLine, text: string) {
  const reader = new LogReader({ parse, isWanted: () => true, find: undefined });
  reader.take(Buffer.from(text));
  return reader.end(Number.POSITIVE_INFINITY);
}

test("the journal's lines, also those of one message over several lines", () => {
  const text = `-- Boot 1 --
2026-11-22T18:26:50.123456+0000 vm ploy[12]: loaded: one
                                             two
2026-11-22T18:26:51+00:00 vm systemd[1]: Stopped ploy.
`;
  expect(readAll(parseJournalLine, text)).toEqual([
    { at: new Date('2026-11-22T18:26:50.123Z'), text: 'loaded: one', pid: 12 },
    { at: new Date('2026-11-22T18:26:50.123Z'), text: 'two' },
    { at: new Date('2026-11-22T18:26:51Z'), text: 'Stopped ploy.', pid: 1 },
  ]);
});

test('lines of any program', () => {
  const text = 'no time\n[2026-11-22T18:26:50.5Z] one\n2026-11-22 18:26:51,250+00:00 two\nmore\n';
  expect(readAll(parsePlainLine, text)).toEqual([
    { at: undefined, text: 'no time' },
    { at: new Date('2026-11-22T18:26:50.500Z'), text: 'one' },
    { at: new Date('2026-11-22T18:26:51.250Z'), text: 'two' },
    { at: new Date('2026-11-22T18:26:51.250Z'), text: 'more' },
  ]);
  expect(readAll(parsePlainLine, '2026-11-22T18:26:50.5Z ploy[12]: one')).toEqual([
    { at: new Date('2026-11-22T18:26:50.500Z'), text: 'ploy[12]: one', pid: 12 },
  ]);
});
