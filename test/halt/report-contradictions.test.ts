import { describe, expect, test } from '@jest/globals';
import type { CommandsByHand } from '../../src/domain/commands-by-hand.js';
import {
  evaluateHalt,
  gapsOf,
  HALT_KINDS,
  type Halt,
  type HostHalt,
  isOff,
  isSettled,
  newHalt,
  newHostHalt,
  turnsOff,
} from '../../src/domain/halt.js';
import { LOCALES, type Locale } from '../../src/domain/localized.js';
import { type HaltVenue, newHaltVenue } from '../../src/domain/venue.js';
import { haltReportView } from '../../views/rollback-report.js';
import { terminalText } from '../../views/terminal.js';
import { CAROL } from './support/halting.js';

/** Every state in which a halt can be shown, and what may never stand together in one of its reports. */

const AT = '2026-01-01T00:00:10.000Z';
const COMMANDS: CommandsByHand = {
  ...{ stop: 'systemctl stop u', restart: 'systemctl restart u', status: 'systemctl status u', file: '/e' },
  kill: 'systemctl kill u',
  venue: { openOrders: 'v orders', cancelOrders: 'v cancel', positions: 'v positions', flatten: 'v flatten' },
};
const commands = new Map([['live-1', COMMANDS]]);

const written = { disk: 'done', diskAt: AT } as const;
const seen = { processAt: AT, pid: 2, pidBefore: 1 } as const;
const off = { ...written, restart: 'done', process: 'as_wanted', ...seen } as const;
const stopped = { ...written, stop: 'done', process: 'stopped', ...seen, pid: 0 } as const;

/** What can be known of a host. */
const HOSTS: Readonly<Record<string, Partial<HostHalt>>> = {
  fresh: {},
  written: { ...written },
  restarting: { ...written, restart: 'issued', pidBefore: 1 },
  off,
  'was off': { ...off, diskWasDone: true, restart: 'not_needed', pidBefore: 2 },
  'stopped as asked': { ...stopped, stopBecause: 'asked' },
  'stopped before': { ...written, restart: 'not_needed', process: 'stopped', processAt: AT, pid: 0 },
  'stopped, not on disk': { ...stopped, disk: 'failed', stopBecause: 'not_on_disk' },
  'stopped, loop': { ...stopped, restart: 'done', stopBecause: 'restart_loop' },
  'stopped, ignored': { ...stopped, restart: 'failed', stopBecause: 'restart_ignored' },
  stopping: { ...written, stop: 'issued', stopBecause: 'asked' },
  'stopping instead': { disk: 'failed', stop: 'issued', stopBecause: 'not_on_disk', fault: 'not_on_disk' },
  'dead at once': { fault: 'not_answering' },
  'dead after the flag': { ...written, restart: 'failed', fault: 'not_answering' },
  'dead while restarting': { ...written, restart: 'issued', fault: 'not_answering' },
  'dead while stopping': {
    disk: 'failed',
    stop: 'issued',
    stopBecause: 'not_on_disk',
    fault: 'not_answering',
  },
  'dead in everything': {
    ...{
      disk: 'failed',
      restart: 'failed',
      stop: 'failed',
      stopBecause: 'not_on_disk',
      fault: 'not_answering',
    },
  },
  'dead after the stop': {
    ...stopped,
    process: 'unknown',
    stopBecause: 'restart_loop',
    fault: 'not_answering',
  },
  'not on disk': { disk: 'failed', fault: 'not_on_disk', process: 'differs' },
  'restart failed': { ...written, restart: 'failed', fault: 'restart_failed' },
  'restart ignored': { ...written, restart: 'done', fault: 'restart_ignored', process: 'differs' },
  loop: { ...written, restart: 'done', fault: 'restart_loop', stop: 'issued', stopBecause: 'restart_loop' },
  differs: { ...written, restart: 'done', fault: 'process_differs', process: 'differs' },
  unreadable: { ...written, restart: 'done', fault: 'process_unreadable' },
  'stop failed': {
    ...written,
    restart: 'failed',
    stop: 'failed',
    stopBecause: 'asked',
    fault: 'stop_failed',
  },
  'does not end': { ...written, restart: 'issued', fault: 'not_ending', faultDetail: 'PID 1' },
  'left behind': { ...off, fault: 'processes_left', faultDetail: 'PID 7' },
  'left behind, stopped': { ...stopped, stopBecause: 'processes_left', fault: 'processes_left' },
  'nobody can see': { ...off, fault: 'processes_unknown' },
  'loaded all the same': { ...off, fault: 'strategy_loaded' },
  'no log': { ...off, fault: 'log_unreadable' },
};

const watch = { state: 'waiting', from: null, until: null, askedAt: null, entries: 0, code: null } as const;
const watched = { ...watch, from: AT, until: '2026-01-01T00:02:10.000Z', askedAt: AT } as const;
const WATCHES: readonly Halt['entryWatch'][] = [
  watch,
  { ...watched, state: 'watching', askedAt: null },
  { ...watched, state: 'watching' },
  { ...watched, state: 'watching', askedAt: null, code: 'unreachable' },
  { ...watched, state: 'clear' },
  { ...watched, state: 'entries', entries: 3 },
  { ...watched, state: 'unknown', code: 'unreachable' },
  { ...watched, state: 'unknown', code: 'not_configured' },
  { ...watched, state: 'unknown', code: 'permission_denied' },
  { ...watched, state: 'unknown', code: null },
  { ...watched, state: 'not_watched' },
];

const order = { id: 'o1', market: 'm', side: 'UP', shares: 5, price: null };
const fresh = newHaltVenue('live-1', true);
const asked = { ...fresh, cancel: 'done', cancelAt: AT, askedAt: AT, open: { total: 0, rows: [] } } as const;
const VENUES: readonly (HaltVenue | undefined)[] = [
  undefined,
  fresh,
  { ...fresh, cancel: 'issued', cancelAt: AT },
  newHaltVenue('live-1', false),
  asked,
  { ...asked, cancel: 'failed', cancelFault: { code: 'timeout', detail: '' } },
  { ...asked, open: { total: 1, rows: [order] } },
  { ...asked, open: null, openFault: { code: 'unreadable', detail: '' } },
  { ...asked, recordedAlone: { total: 1, rows: [{ ...order, endsAt: null }] } },
  { ...asked, positions: { total: 1, rows: [{ market: 'm', side: 'UP', shares: 5 }] } },
  { ...asked, positionsFault: { code: 'refused', detail: '' } },
  {
    ...asked,
    positions: { total: 1, rows: [] },
    positionsApart: { total: 1, rows: [{ market: 'm', side: 'UP', venue: 5, records: 0 }] },
  },
];
const RESTING: readonly Halt['resting'][] = [
  undefined,
  { total: 0, rows: [] },
  { total: 1, rows: [{ market_slug: 'm', market_side: 'UP', shares: 5, orders: 1, ends_at: null }] },
];
const entry = { market_slug: 'm', market_side: 'UP', shares: 5, entered_at: AT };
const RECORDS: readonly Pick<Halt, 'openEntries' | 'openEntriesFault'>[] = [
  { openEntries: null },
  { openEntries: { total: 0, rows: [] } },
  { openEntries: { total: 1, rows: [entry] } },
  { openEntries: null, openEntriesFault: 'unreachable' },
];
const VERIFICATIONS: readonly Halt['verification'][] = [
  null,
  { runId: 'r', verdict: 'NO_GO', stored: true },
  { runId: 'r', verdict: 'HOLD', stored: false },
];
const AFTERWARDS: readonly Pick<Halt, 'laterRelease' | 'resolvedBy'>[] = [
  {},
  { laterRelease: { releaseId: 'x', startedAt: '2026-01-01T01:00:00.000Z', by: CAROL } },
  { resolvedBy: { haltId: 'h', kind: 'stop', by: CAROL, at: '2026-01-01T02:00:00.000Z' } },
  {
    laterRelease: { releaseId: 'x', startedAt: '2026-01-01T01:00:00.000Z' },
    resolvedBy: { haltId: 'h', kind: 'stop', by: CAROL, at: '2026-01-01T02:00:00.000Z' },
  },
  {
    laterRelease: { releaseId: 'x', startedAt: '2026-01-01T03:00:00.000Z' },
    resolvedBy: { haltId: 'h', kind: 'stop', by: CAROL, at: '2026-01-01T02:00:00.000Z' },
  },
];

interface Shown {
  readonly halt: Halt;
  readonly name: string;
  readonly surface: 'slack' | 'terminal';
  readonly alarm: boolean;
}

/** Whether a halt comes to that: nothing is watched before every host is off, and nothing is looked at before the end. */
function canHappen({
  kind,
  hosts,
  entryWatch,
  endedAt,
  venue,
  resting,
  openEntries,
  verification,
  openEntriesFault,
}: Halt): boolean {
  const isEnded = endedAt !== null;
  const allOff = hosts.every((host) => isOff(host, kind));
  const isModel = kind === 'previous_model';
  const isOffAsked = turnsOff(kind);
  const { state } = entryWatch;
  if (
    isModel &&
    (venue !== undefined || resting !== undefined || !['waiting', 'not_watched'].includes(state))
  )
    return false;
  if (!isModel && state === 'not_watched') return false;
  // What was asked for is in force: a host that a halt stops is not left with a process that is only off.
  if (kind === 'stop' && hosts.some(({ process, fault }) => process === 'as_wanted' && fault === null))
    return false;
  if (!isOffAsked && hosts.some(({ stop, process }) => stop !== 'none' || process === 'stopped'))
    return false;
  if (kind === 'stop_entries' && venue !== undefined && venue.cancel !== 'none') return false;
  if (state === 'waiting' ? allOff : !isModel && !allOff) return false;
  if (isEnded && state === 'watching') return false;
  if (!isEnded && (openEntries !== null || openEntriesFault !== undefined || verification !== null))
    return false;
  if (!isOffAsked && (openEntries !== null || openEntriesFault !== undefined || verification !== null))
    return false;
  return true;
}

function haltOf(kind: Halt['kind'], host: Partial<HostHalt>, part: Partial<Halt>, isEnded: boolean): Halt {
  const halt: Halt = {
    ...newHalt({
      ...{ haltId: 'h', strategy: 's', target: 'live', kind, wanted: { ENABLED: 'false' }, wantedOf: {} },
      ...{ requestedBy: CAROL, requestedAt: '2026-01-01T00:00:00.000Z', reason: null },
      hosts: [{ ...newHostHalt('live-1'), ...host }],
    }),
    ...part,
    endedAt: isEnded ? '2026-01-01T00:03:00.000Z' : null,
  };
  return isEnded ? { ...halt, state: evaluateHalt(halt) } : halt;
}

/** Every host with every watch; every watch with what venue and records say; the ends with what was looked at and came after. */
function* states(): Generator<Shown> {
  const name = (...parts: readonly unknown[]) => parts.map((part) => JSON.stringify(part)).join(' ');
  for (const kind of HALT_KINDS)
    for (const isEnded of [false, true])
      for (const [hostName, host] of Object.entries(HOSTS))
        for (const entryWatch of WATCHES)
          for (const surface of ['slack', 'terminal'] as const)
            for (const part of partsOf(isEnded, hostName)) {
              const halt = haltOf(kind, host, { entryWatch, ...part }, isEnded);
              if (!canHappen(halt)) continue;
              const isOver = part.laterRelease !== undefined || part.resolvedBy !== undefined;
              const alarm =
                surface === 'slack' && !isOver && (halt.state === 'not_verified' || gapsOf(halt).length > 0);
              yield {
                halt,
                surface,
                alarm,
                name: name(kind, isEnded, hostName, entryWatch.state, entryWatch.code, surface, part),
              };
            }
}

function* partsOf(isEnded: boolean, host: string): Generator<Partial<Halt>> {
  const isOne = ['off', 'stopped as asked', 'left behind', 'dead in everything'].includes(host);
  for (const venue of isOne ? VENUES : VENUES.slice(0, 2))
    for (const resting of RESTING)
      for (const records of isEnded && (venue === undefined || isOne) ? RECORDS : RECORDS.slice(0, 1))
        for (const verification of isEnded ? VERIFICATIONS : [null])
          for (const afterwards of isEnded && venue === undefined && resting !== undefined
            ? AFTERWARDS
            : [{}])
            yield {
              ...(venue && { venue }),
              ...(resting && { resting }),
              ...records,
              verification,
              ...afterwards,
            };
}

const shownOf = ({ halt, surface, alarm }: Shown, locale: Locale): string => {
  const report = haltReportView(halt, {
    locale,
    commands,
    ...(alarm ? { alarm: '<!subteam^S0OPS>' } : {}),
    ...(surface === 'terminal' ? { section4: 'not_run' as const } : {}),
  });
  return `${report.text}\n${terminalText(report)}\n${JSON.stringify(report.blocks)}`;
};

type Word = RegExp | ((shown: Shown) => boolean);
const isEnded: Word = ({ halt }) => halt.endedAt !== null;
const isGoingOn: Word = ({ halt }) => halt.endedAt === null;
const isTerminal: Word = ({ surface }) => surface === 'terminal';
const isDead: Word = ({ halt }) => halt.hosts.some(({ fault }) => fault === 'not_answering');
const isVerified: Word = ({ halt }) => halt.state === 'verified';
const isNotVerified: Word = ({ halt }) => halt.state === 'not_verified';
const isOffButForTheVenue: Word = ({ halt }) =>
  halt.kind !== 'previous_model' &&
  halt.hosts.every((host) => isSettled(host, halt.kind)) &&
  !['entries', 'unknown'].includes(halt.entryWatch.state);
const isFlagOn: Word = ({ halt }) => halt.hosts.some(({ disk }) => disk === 'failed');
const isResolved: Word = ({ halt: { laterRelease, resolvedBy } }) =>
  resolvedBy !== undefined && (laterRelease === undefined || resolvedBy.at > laterRelease.startedAt);
const nothingAsked: Word = ({ halt }) => halt.openEntries === null && halt.openEntriesFault === undefined;

/** What may never stand together. */
const NEVER: readonly (readonly [string, Word, Word])[] = [
  ['a failed act of a host that does not answer', isDead, /(stop|restart) FAILED|停止失败|(?<!，)重启失败/],
  [
    'a host that does not answer was stopped',
    isDead,
    /stopped instead|service stopped|已改为停止|服务已停止/,
  ],
  ['a retry of what has ended', isEnded, /tried again\*|正在重试/],
  [
    'a retry from a terminal that ends',
    (one) => isGoingOn(one) === false && isTerminal(one),
    /tried again|正在重试/,
  ],
  [
    'something yet to come in what has ended',
    isEnded,
    /(?<!given) yet\b|(?<!history )…|尚未(?!填写|能)|正在(?!强制)/,
  ],
  [
    'something that is watched in what has ended',
    isEnded,
    /watched as soon|[Ww]atching|开始观察|正在观察|观察至/,
  ],
  ['something that was not watched in what goes on', isGoingOn, /were not watched|未观察新的入场/],
  ['section 4 that could not be run where nobody tried', isTerminal, /could not be run|未能运行第 4 节/],
  ['section 4 of what goes on', isGoingOn, /Section 4|第 4 节/],
  [
    'what was not asked',
    nothingAsked,
    /without an exit|(?:has|have) no exit|Section 4|未出场|没有出场|第 4 节/,
  ],
  ['no activity to judge, and not verified', isNotVerified, /no activity to judge|没有可判断的活动/],
  [
    'verified, and something is wrong',
    isVerified,
    /✗|🚨|by hand|手动|still be trading|仍在交易|rollback:stop|NOT VERIFIED|未验证/,
  ],
  ['verified, and something of the proof is unknown', isVerified, /\? \*|Whether new entries came|无法确认/],
  [
    'trading on, and every host was seen off',
    isOffButForTheVenue,
    /may still be trading|可能仍在交易|rollback:stop/,
  ],
  ['the flag is off, and still on on disk', isFlagOn, /although its flag is off: |开关已关闭，但策略/],
  [
    'resolved, and something is to be done',
    isResolved,
    /by hand|请手动|rollback:(stop|disable|flatten)|may be on again|可能已重新开启|S0OPS/,
  ],
  [
    'history, and a claim of the present',
    ({ halt }) => halt.laterRelease !== undefined,
    /🛑 HALTED|🚨|S0OPS/,
  ],
  [
    'no process, and processes that live on',
    /no process:|没有进程：/,
    /processes of the service live on|仍有进程存活/,
  ],
  [
    'nothing rests, and something can still fill',
    /nothing rests|没有挂单（/,
    /Records: [1-9]\d* orders? can still fill|记录：[1-9]\d* 笔订单仍可能成交/,
  ],
  ['turning it on again, where it is not seen off', isNotVerified, /Turning it on again|重新开启需要/],
];

const holds = (word: Word, shown: Shown, text: string): boolean =>
  word instanceof RegExp ? word.test(text) : word(shown);

describe.each(LOCALES)('of a halt (%s)', (locale) => {
  const all = [...states()].map((shown) => ({ shown, text: shownOf(shown, locale) }));

  test('there are many reports', () => {
    expect(all.length).toBeGreaterThan(3_000);
  });

  test.each(NEVER)('no report tells %s', (_what, one, other) => {
    const found = all.filter(({ shown, text }) => holds(one, shown, text) && holds(other, shown, text));
    expect(found.slice(0, 2).map(({ shown, text }) => `${shown.name}\n${text}`)).toEqual([]);
  });

  test('each word of the list is said by some report, so that the list can fail', () => {
    const said = (word: Word) => all.some(({ shown, text }) => holds(word, shown, text));
    const never = NEVER.filter(([, one, other]) => !said(one) && !(other instanceof RegExp && said(other)));
    expect(never.map(([what]) => what)).toEqual([]);
  });

  test('what is not verified names what is missing', () => {
    const silent = all.filter(({ shown: { halt }, text }) => {
      const isNow = halt.laterRelease === undefined && halt.resolvedBy === undefined;
      return halt.state === 'not_verified' && isNow && !/✗|\?/.test(text.split('\n').slice(1, -1).join('\n'));
    });
    expect(silent.slice(0, 3).map(({ shown, text }) => `${shown.name}\n${text}`)).toEqual([]);
  });
});
