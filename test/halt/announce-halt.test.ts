import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { type Halt, newHalt, newHostHalt } from '../../src/domain/halt.js';
import type { MessageRef, Report } from '../../src/domain/report.js';
import { createHaltAnnouncer } from '../../src/halt/announce-halt.js';
import { LiveHalt } from '../../src/halt/live-halt.js';
import type { Target } from '../../src/runbook/targets.js';
import { SlackLiveMessage } from '../../src/slack/live-message.js';
import { Pace } from '../../src/slack/pace.js';
import { createPoster } from '../../src/slack/poster.js';
import { eventually } from '../sandbox/host/eventually.js';
import { createFakeClock } from '../slack/support/fake-clock.js';
import { ONE_ALONE } from './support/halting.js';

const halting = newHalt({
  haltId: randomUUID(),
  strategy: 'crypto_lob_ml',
  target: 'live',
  kind: 'disable',
  wanted: {},
  wantedOf: {},
  requestedBy: { id: 'U0CAROL', name: 'carol', surface: 'slack' },
  requestedAt: '2026-01-01T00:00:00.000Z',
  reason: null,
  hosts: [newHostHalt('live-1')],
});
const dead: Halt = { ...halting, hosts: [{ ...newHostHalt('live-1'), fault: 'not_answering' }] };

/** A halt with its announcer; what Slack takes is told by channel. */
function announced(
  channels: Target['channels'],
  refused: readonly string[] = [],
  yieldToHalt?: () => Promise<void>,
) {
  const live = new LiveHalt({ halt: halting, messages: [] });
  const posts: string[] = [];
  const changes: string[] = [];
  const target = { name: 'live', channels, hosts: [] } as unknown as Target;
  const announcer = createHaltAnnouncer({
    ...ONE_ALONE,
    targets: new Map([['live', target]]),
    view: (_halt, { alarm }) => ({ text: alarm ?? 'report', blocks: [] }),
    operators: ['<@U0CAROL>'],
    open: (channel, ref) => {
      const message = {
        ref: ref ?? undefined,
        update,
        finish: async (report: { text: string }) => update(report),
        settled: async () => {},
      };
      function update({ text }: { text: string }) {
        if (refused.includes(channel)) return;
        if (message.ref === undefined) posts.push(`${channel}: ${text}`);
        message.ref ??= { channel, ts: '1.0' };
      }
      return message;
    },
    find: async () => undefined,
    isRefused: () => false,
    ...(yieldToHalt === undefined ? {} : { yieldToHalt }),
    onChange: () => changes.push(live.halt.state),
    clock: createFakeClock(),
    logger: { warn: () => {} },
  });
  announcer.announce(live.handle(false), 'C0HERE');
  return { live, posts, changes };
}

test('the start, the end and the look after it change what the Home shows, and nothing between', async () => {
  const { live, changes } = announced(undefined);
  expect(changes).toEqual(['halting']);
  live.change(dead);
  expect(changes).toEqual(['halting']);
  const verified = { ...halting, state: 'verified' as const, endedAt: '2026-01-01T00:02:00.000Z' };
  live.change(verified);
  expect(changes).toEqual(['halting', 'verified']);
  live.change({ ...verified, verification: { runId: randomUUID(), verdict: 'GO', stored: true } });
  live.end();
  expect(changes).toEqual(['halting', 'verified', 'verified']);
});

test('a halt is let begin before anything is shown, and what will be shown is known at once', async () => {
  let begun = () => {};
  const beginning = new Promise<void>((resolve) => (begun = resolve));
  const { live, posts, changes } = announced(undefined, [], () => beginning);
  expect(live.handle(true).messages()).toMatchObject([{ role: 'report', channel: 'C0HERE', ts: null }]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(changes).toEqual([]);
  live.change({ ...halting, reason: 'too many losses' });
  expect(posts).toEqual([]);
  begun();
  await eventually('its message', () => {
    live.change({ ...halting });
    return posts.length > 0;
  });
  expect(posts).toEqual(['C0HERE: report']);
  expect(changes).toEqual(['halting']);
});

const alarms = (posts: readonly string[]) => posts.filter((post) => post.endsWith('<@U0CAROL>'));

test('a dead host calls the operators by the time alone, once', async () => {
  const { live, posts } = announced({ reports: 'C0RELEASES', incidents: 'C0INCIDENTS' });
  live.change(dead);
  await eventually('the alarm', async () => alarms(posts).length > 0);
  live.change({ ...dead, state: 'not_verified', endedAt: '2026-01-01T00:02:00.000Z' });
  live.end();
  await live.handle(true).done;
  expect(alarms(posts)).toEqual(['C0INCIDENTS: <@U0CAROL>']);
});

test.each([
  ['there are none', undefined, [], 'C0HERE'],
  ['there is one for reports', { reports: 'C0RELEASES' }, [], 'C0RELEASES'],
  [
    'the incidents refuse it',
    { reports: 'C0RELEASES', incidents: 'C0INCIDENTS' },
    ['C0INCIDENTS'],
    'C0RELEASES',
  ],
])('where of the channels %s, the alarm comes elsewhere', async (_what, channels, refused, place) => {
  const { live, posts } = announced(channels as Target['channels'], refused);
  live.change(dead);
  await eventually('the alarm', async () => alarms(posts).length > 0);
  expect(alarms(posts)).toEqual([`${place}: <@U0CAROL>`]);
});

const refusal = (code: string) =>
  Object.assign(new Error(code), { code: 'slack_webapi_platform_error', data: { error: code } });

/** A Slack that refuses some places from a moment on, and counts what it was asked to post. */
function refusingSlack(refuses: (channel: string, isUpdate: boolean) => boolean) {
  const standing = new Map<string, string>();
  const told: string[] = [];
  const replies: string[] = [];
  let ids = 0;
  const check = (channel: string, isUpdate: boolean) => {
    if (refuses(channel, isUpdate)) throw refusal('not_in_channel');
  };
  const poster = {
    async post({ channel, threadTs }: { channel: string; threadTs?: string | undefined }, { text }: Report) {
      check(channel, false);
      ids += 1;
      if (threadTs !== undefined) replies.push(`${channel}/${threadTs}: ${text}`);
      standing.set(`${channel}/${ids}`, text);
      return { channel, ts: `${ids}` };
    },
    async update({ channel, ts }: MessageRef, { text }: Report) {
      check(channel, true);
      standing.set(`${channel}/${ts}`, text);
    },
  };
  const clock = createFakeClock();
  const announcerOf = (channels: Target['channels']) =>
    createHaltAnnouncer({
      ...ONE_ALONE,
      targets: new Map([['live', { name: 'live', channels, hosts: [] } as unknown as Target]]),
      view: ({ state, resolvedBy }, { alarm }) => ({
        text: [alarm === undefined ? state : `alarm ${state}`, resolvedBy && `by ${resolvedBy.kind}`]
          .filter(Boolean)
          .join(' '),
        blocks: [],
      }),
      operators: ['<@U0CAROL>'],
      open: (channel, ref, threadTs) =>
        new SlackLiveMessage({
          poster,
          clock,
          logger: pino({ level: 'silent' }),
          target: { channel, threadTs },
          ...(ref === undefined ? {} : { ref }),
        }),
      find: async () => undefined,
      isRefused: () => true,
      clock,
      logger: { warn: () => {} },
    });
  const direct = async ({ text }: Report) => void told.push(text);
  return { standing, told, replies, clock, announcerOf, direct };
}
const AFTERWARDS = '2026-01-01T00:09:00.000Z';
const CHANNELS = { reports: 'C0RELEASES', incidents: 'C0INCIDENTS' };
const verified: Halt = { ...halting, state: 'verified', endedAt: '2026-01-01T00:02:00.000Z' };

test.each([
  ['where it was asked for', ['C0HERE'], 'C0INCIDENTS'],
  ['and the incidents', ['C0HERE', 'C0INCIDENTS'], 'C0RELEASES'],
  ['and every channel', ['C0HERE', 'C0INCIDENTS', 'C0RELEASES'], 'U0CAROL'],
])('a halt is told elsewhere where Slack refuses it %s', async (_what, refused, place) => {
  const { standing, announcerOf, direct } = refusingSlack((channel) => refused.includes(channel));
  const live = new LiveHalt({ halt: halting, messages: [] });
  announcerOf(CHANNELS).announce(live.handle(false), 'C0HERE', direct);
  await eventually('its message', () => standing.size > 0);
  live.change(verified);
  live.end();
  await eventually('its end', () => live.record.messages.some(({ isFinal }) => isFinal));
  expect([...standing]).toEqual([[`${place}/1`, 'verified']]);
  expect(live.record.messages).toMatchObject([{ role: 'report', channel: place, isFinal: true }]);
});

test('where every place refuses, the person is answered in the conversation, and the message stays owed', async () => {
  const { standing, told, announcerOf, direct } = refusingSlack(() => true);
  const live = new LiveHalt({ halt: halting, messages: [] });
  announcerOf(CHANNELS).announce(live.handle(false), 'C0HERE', direct);
  live.change(verified);
  live.end();
  await eventually('the answer', () => told.includes('verified'));
  expect(standing.size).toBe(0);
  expect(live.record.messages.filter(({ isFinal }) => isFinal)).toEqual([]);
  expect(live.record.messages).toHaveLength(1);
});

test('an update that is refused becomes a new message', async () => {
  const { standing, announcerOf } = refusingSlack((_channel, isUpdate) => isUpdate);
  const live = new LiveHalt({ halt: halting, messages: [] });
  announcerOf(CHANNELS).announce(live.handle(false), 'C0HERE');
  await eventually('its message', () => standing.size > 0);
  live.change(verified);
  live.end();
  await eventually('its end', () => standing.size > 2);
  expect([...standing]).toEqual([
    ['C0HERE/1', 'halting'],
    ['C0HERE/2', 'verified'],
    ['C0INCIDENTS/3', 'verified'],
  ]);
  expect(live.record.messages[0]).toMatchObject({ role: 'report', channel: 'C0HERE', ts: '2' });
});

test('a host that comes and goes is one alarm, which moves; what becomes graver calls once more, below it', async () => {
  const { standing, replies, clock, announcerOf } = refusingSlack(() => false);
  const live = new LiveHalt({ halt: halting, messages: [] });
  announcerOf(CHANNELS).announce(live.handle(false), 'C0HERE');
  for (let time = 1; time <= 10; time += 1) {
    live.change({ hosts: [{ ...newHostHalt('live-1'), fault: 'not_answering' }] });
    await clock.sleep(20_000);
    await eventually('the alarm', () => standing.size === 2);
    live.change({ hosts: [newHostHalt('live-1')] });
    await clock.sleep(5_000);
  }
  const alarm = live.record.messages.find(({ role }) => role === 'alarm');
  expect(replies).toEqual([]);
  live.change({ entryWatch: { ...halting.entryWatch, state: 'entries', entries: 3 } });
  live.change({ state: 'not_verified', endedAt: '2026-01-01T00:02:00.000Z' });
  live.end();
  await eventually('its end', () => live.record.messages.every(({ isFinal }) => isFinal));
  expect([...standing.keys()].map((place) => place.split('/')[0])).toEqual([
    'C0HERE',
    'C0INCIDENTS',
    'C0INCIDENTS',
  ]);
  expect(replies).toHaveLength(1);
  expect(replies[0]).toMatch(`C0INCIDENTS/${alarm?.ts}: <@U0CAROL>`);
  // What was said below it is ended with it.
  const resolvedBy = {
    haltId: randomUUID(),
    kind: 'stop' as const,
    by: halting.requestedBy,
    at: '2026-01-01T00:09:00.000Z',
  };
  const { halt, messages } = live.record;
  announcerOf(CHANNELS).refresh({ halt: { ...halt, resolvedBy }, messages });
  await eventually('all three say so', () =>
    [...standing.values()].every((text) => text === 'not_verified by stop'),
  );
});

test('what is grave from the beginning calls once', async () => {
  const { standing, replies, announcerOf } = refusingSlack(() => false);
  const live = new LiveHalt({ halt: halting, messages: [] });
  announcerOf(CHANNELS).announce(live.handle(false), 'C0HERE');
  live.change({ ...dead, state: 'not_verified', endedAt: '2026-01-01T00:02:00.000Z' });
  live.end();
  await eventually('the alarm', () => [...standing.values()].includes('alarm not_verified'));
  expect(replies).toEqual([]);
});

test('an alarm that no channel takes calls the person who halted', async () => {
  const { standing, announcerOf } = refusingSlack((channel) => channel.startsWith('C0'));
  const live = new LiveHalt({ halt: halting, messages: [] });
  announcerOf(CHANNELS).announce(live.handle(false), 'C0HERE');
  live.change({ ...dead, state: 'not_verified', endedAt: '2026-01-01T00:02:00.000Z' });
  live.end();
  await eventually('the alarm', () => [...standing.values()].includes('alarm not_verified'));
  expect([...standing.keys()].every((place) => place.startsWith('U0CAROL/'))).toBe(true);
});

test('a verified halt stands in the channel of the incidents as well, and one that was told there stands once', async () => {
  const { standing, announcerOf } = refusingSlack(() => false);
  const announcer = announcerOf(CHANNELS);
  for (const place of ['C0HERE', 'C0INCIDENTS']) {
    standing.clear();
    const live = new LiveHalt({ halt: { ...halting, haltId: randomUUID() }, messages: [] });
    announcer.announce(live.handle(false), place);
    await eventually('its message', () => standing.size > 0);
    live.change({ state: 'verified', endedAt: '2026-01-01T00:02:00.000Z' });
    live.end();
    await eventually('its end', () => live.record.messages.every(({ isFinal }) => isFinal));
    const places = [...standing].map(([key, text]) => [key.split('/')[0], text]);
    const wanted = place === 'C0HERE' ? ['C0HERE', 'C0INCIDENTS'] : ['C0INCIDENTS'];
    await eventually('all of it', () => standing.size === wanted.length);
    expect(places.every(([, text]) => text === 'verified')).toBe(true);
    expect([...standing.keys()].map((key) => key.split('/')[0])).toEqual(wanted);
  }
});

test('one of all targets at once stands with the incidents when it is verified, unless their message stands there', async () => {
  const { standing, announcerOf } = refusingSlack(() => false);
  const announcer = announcerOf(CHANNELS);
  for (const [place, wanted] of [
    ['C0HERE', ['C0INCIDENTS']],
    ['C0INCIDENTS', []],
  ] as const) {
    standing.clear();
    const live = new LiveHalt({ halt: { ...halting, haltId: randomUUID() }, messages: [] });
    announcer.call(live.handle(false), place);
    live.change({ state: 'verified', endedAt: '2026-01-01T00:02:00.000Z' });
    live.end();
    await eventually('what it tells', () => standing.size === wanted.length);
    await new Promise((resolve) => setImmediate(resolve));
    expect([...standing].map(([key, text]) => [key.split('/')[0], text])).toEqual(
      wanted.map((channel) => [channel, 'verified']),
    );
  }
});

test('a stronger halt keeps what shows the weaker one, its alarm too: all of it is resolved by a later one', async () => {
  const { standing, replies, clock, announcerOf } = refusingSlack(() => false);
  const announcer = announcerOf(CHANNELS);
  const weaker = new LiveHalt({ halt: halting, messages: [] });
  announcer.announce(weaker.handle(false), 'C0HERE');
  weaker.change(dead);
  await clock.sleep(20_000);
  await eventually('its alarm', () => weaker.record.messages.filter(({ ts }) => ts !== null).length === 2);
  // Before the weaker one's next state stands.
  const stop = { ...dead, haltId: randomUUID(), kind: 'stop' as const };
  const live = new LiveHalt({ halt: stop, messages: weaker.record.messages });
  weaker.replaceBy(live.handle(true));
  announcer.announce(live.handle(false), 'C0HERE');
  await eventually('its message', () => standing.size === 3);
  live.change({ state: 'not_verified', endedAt: '2026-01-01T00:02:00.000Z' });
  live.end();
  await eventually('its end', () => live.record.messages.every(({ isFinal }) => isFinal));
  expect(live.record.messages.map(({ role, channel, ts }) => `${role} ${channel}/${ts}`).sort()).toEqual([
    'alarm C0INCIDENTS/2',
    // What became graver, below that alarm.
    'alarm C0INCIDENTS/4',
    'report C0HERE/1',
    'report C0HERE/3',
  ]);
  expect(replies).toEqual([expect.stringContaining('C0INCIDENTS/2: ')]);
  const resolvedBy = { haltId: 'h', kind: 'stop' as const, by: halting.requestedBy, at: AFTERWARDS };
  announcer.refresh({ halt: { ...live.halt, resolvedBy }, messages: live.record.messages });
  await eventually('all of them say so', () =>
    [...standing.values()].every((text) => text === 'not_verified by stop'),
  );
});

/** Those who sleep are woken one after the other, each at its time. */
function createOrderedClock() {
  let now = 1_000_000;
  const sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();
  return {
    now: () => now,
    monotonic: () => now,
    sleep: (ms: number) =>
      new Promise<void>((wake) => {
        sleepers.add({ at: now + ms, wake });
      }),
    async advance(ms: number) {
      const end = now + ms;
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        const [next] = [...sleepers].filter(({ at }) => at <= end).sort((one, other) => one.at - other.at);
        if (next === undefined) break;
        sleepers.delete(next);
        now = Math.max(now, next.at);
        next.wake();
      }
      now = end;
    },
  };
}

test('where Slack takes nothing for minutes, the alarm stands in one place in the end', async () => {
  const clock = createOrderedClock();
  const endsAt = clock.now() + 90_000;
  const posted: string[] = [];
  const client = {
    chat: {
      async postMessage({ channel }: { channel: string }) {
        if (clock.now() < endsAt) {
          const limited = { code: 'slack_webapi_rate_limited_error', retryAfter: 10 };
          throw Object.assign(new Error('A rate limit was exceeded'), limited);
        }
        posted.push(channel);
        return { ok: true, channel, ts: `${posted.length}` };
      },
      update: async () => ({ ok: true }),
    },
  };
  const logger = pino({ level: 'silent' });
  const poster = createPoster({
    ...{ client: client as never, clock, logger, newKey: randomUUID, isUrgent: true },
    yieldToHalt: async () => {},
    pace: new Pace({ clock, isHalting: () => true }),
  });
  const announcer = createHaltAnnouncer({
    ...ONE_ALONE,
    targets: new Map([['live', { name: 'live', channels: CHANNELS, hosts: [] } as unknown as Target]]),
    view: ({ state }, { alarm }) => ({ text: alarm === undefined ? state : 'alarm', blocks: [] }),
    operators: ['<@U0CAROL>'],
    open: (channel, ref, threadTs, spare) =>
      new SlackLiveMessage({
        ...{ poster, clock, logger, target: { channel, threadTs, spare } },
        ...(ref === undefined ? {} : { ref }),
      }),
    find: async () => undefined,
    isRefused: () => false,
    clock,
    logger,
  });
  const live = new LiveHalt({ halt: halting, messages: [] });
  announcer.call(live.handle(false), 'C0HERE');
  live.change({ ...dead, state: 'not_verified', endedAt: '2026-01-01T00:02:00.000Z' });
  live.end();
  await clock.advance(180_000);
  expect(posted).toEqual(['C0INCIDENTS']);
});
