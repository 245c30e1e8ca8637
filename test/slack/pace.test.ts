import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createLocalSlack, type LocalSlack } from '../../sandbox/slack/local-slack.js';
import { loadConfig } from '../../src/config/config.js';
import { newHalt, newHostHalt } from '../../src/domain/halt.js';
import { createHaltAnnouncer } from '../../src/halt/announce-halt.js';
import { LiveHalt } from '../../src/halt/live-halt.js';
import type { Target } from '../../src/runbook/targets.js';
import { createSlackConnection, type SlackConnection } from '../../src/slack/connection.js';
import { isPlaceRefusal } from '../../src/slack/failure.js';
import { Pace } from '../../src/slack/pace.js';
import { createLogger } from '../../src/telemetry/logger.js';
import type { Clock } from '../../src/time/clock.js';
import { ONE_ALONE } from '../halt/support/halting.js';
import { createFakeClock } from './support/fake-clock.js';

const RELEASES = 'C0RELEASES';
const logger = createLogger({ level: 'silent', to: 'stderr' });
const report = (text: string) => ({ text, blocks: [] });

/** Twenty times as fast as ours. */
const SPEED = 20;
const clock: Clock = {
  now: () => Date.now() * SPEED,
  monotonic: () => performance.now() * SPEED,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms / SPEED);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      });
    }),
};

let slack: LocalSlack;
let connection: SlackConnection;
let isHalting: boolean;

beforeEach(async () => {
  slack = createLocalSlack({ rateLimits: false });
  await slack.start();
  isHalting = false;
  const environment = {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
  };
  const config = loadConfig(environment, { role: 'bot' }).slack;
  connection = createSlackConnection({ config, logger, clock, isHalting: () => isHalting });
});
afterEach(() => slack.stop());

const updates = () => slack.calls.filter(({ method }) => method === 'chat.update').length;
const standing = () => slack.messages(RELEASES).map(({ text }) => text);

test('what Slack wants to be left alone with is not asked for another message either', async () => {
  const { poster, urgentPoster } = connection;
  const [one, two] = [
    await poster.post({ channel: RELEASES }, report('one')),
    await poster.post({ channel: RELEASES }, report('two')),
  ];
  slack.misbehave({ api: { method: 'chat.update', status: 429, count: 1, retryAfterSecs: 30 } });
  await expect(poster.update(one, report('one, later'))).rejects.toMatchObject({ retryAfter: 30 });
  expect(updates()).toBe(1);
  await expect(poster.update(two, report('two, later'))).rejects.toMatchObject({
    code: 'slack_webapi_rate_limited_error',
  });
  await expect(urgentPoster.update(two, report('two, later'))).rejects.toThrow();
  expect(updates()).toBe(1);
  // A new message is another matter to Slack.
  await poster.post({ channel: RELEASES }, report('three'));
  await clock.sleep(30_050);
  await urgentPoster.update(two, report('two, later'));
  expect(standing()).toEqual(['one', 'two, later', 'three']);
});

test('what is urgent is the first that is asked for again', async () => {
  const own = createFakeClock();
  const pace = new Pace({ clock: own, isHalting: () => false });
  const asked: string[] = [];
  const ask = (name: string, isUrgent: boolean) =>
    pace.ask('update', { isUrgent }, async () => void asked.push(name));
  const limited = Object.assign(new Error(), { code: 'slack_webapi_rate_limited_error', retryAfter: 30 });
  await expect(pace.ask('update', { isUrgent: false }, () => Promise.reject(limited))).rejects.toBe(limited);
  own.advance(29_999);
  await expect(ask('urgent', true)).rejects.toMatchObject({ retryAfter: 0.001 });
  own.advance(1);
  await expect(ask('not urgent', false)).rejects.toMatchObject({ retryAfter: 2 });
  await ask('urgent', true);
  own.advance(2_000);
  await ask('not urgent', false);
  expect(asked).toEqual(['urgent', 'not urgent']);
});

test('changes of other messages wait for the end of a halt, and none is lost', async () => {
  const message = await connection.poster.post({ channel: RELEASES }, report('running'));
  isHalting = true;
  await expect(connection.poster.update(message, report('done'))).rejects.toThrow(/halt/);
  await connection.urgentPoster.update(message, report('halting'));
  await connection.poster.post({ channel: RELEASES }, report('an incident'));
  expect(standing()).toEqual(['halting', 'an incident']);
  isHalting = false;
  await connection.poster.update(message, report('done'));
  expect(standing()).toEqual(['done', 'an incident']);
});

test('with every change refused for five minutes the alarm stands within ten seconds of being due', async () => {
  slack.misbehave({ api: { method: 'chat.update', status: 429, count: 10_000, retryAfterSecs: 300 } });
  const halt = newHalt({
    haltId: randomUUID(),
    strategy: 's',
    target: 'live',
    kind: 'disable',
    wanted: {},
    wantedOf: {},
    requestedBy: { id: 'U0CAROL', name: 'carol', surface: 'slack' },
    requestedAt: new Date(clock.now()).toISOString(),
    reason: null,
    hosts: [newHostHalt('live-1')],
  });
  const live = new LiveHalt({ halt, messages: [] });
  const channels = { reports: RELEASES, incidents: 'C0INCIDENTS' };
  const announcer = createHaltAnnouncer({
    ...ONE_ALONE,
    targets: new Map([['live', { name: 'live', channels, hosts: [] } as unknown as Target]]),
    view: ({ state }, { alarm }) => report(alarm === undefined ? state : `alarm ${alarm}`),
    operators: ['<@U0CAROL>'],
    open: (channel, ref) => connection.urgentMessage({ channel }, ref),
    find: (channel, key, sinceMs) => connection.urgentPoster.find({ channel }, key, sinceMs),
    isRefused: isPlaceRefusal,
    clock,
    logger,
  });
  announcer.announce(live.handle(false), RELEASES);
  await slack.waitFor(() => standing().includes('halting'));
  // Each is a change of the report that Slack refuses.
  for (let change = 1; change <= 5; change += 1) {
    live.change({ reason: `the ${change}th` });
    await clock.sleep(1_500);
  }
  const dueAt = clock.monotonic() + 10_000;
  live.change({ hosts: [{ ...newHostHalt('live-1'), fault: 'not_answering' }] });
  await slack.waitFor(() => slack.messages('C0INCIDENTS').some(({ text }) => text.startsWith('alarm')));
  expect(clock.monotonic() - dueAt).toBeLessThan(10_000);
  expect(updates()).toBeLessThanOrEqual(2);
});
