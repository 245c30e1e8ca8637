import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { type Halt, newHalt, newHostHalt } from '../../src/domain/halt.js';
import { createHaltAnnouncer } from '../../src/halt/announce-halt.js';
import { LiveHalt } from '../../src/halt/live-halt.js';
import type { Target } from '../../src/runbook/targets.js';
import { eventually } from '../sandbox/host/eventually.js';
import { createFakeClock } from '../slack/support/fake-clock.js';

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
