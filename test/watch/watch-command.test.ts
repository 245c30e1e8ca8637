import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { watch } from '../../commands/watch.js';
import type { Conversation } from '../../src/conversation/subcommand.js';
import type { Locale } from '../../src/domain/localized.js';
import type { Person } from '../../src/domain/person.js';
import type { Report } from '../../src/domain/report.js';
import { createAccess } from '../../src/release/access.js';
import { parseTargets } from '../../src/runbook/targets.js';
import { terminalText } from '../../views/terminal.js';
import { inWords } from '../support/in-words.js';
import { createWatchWorld, failing, OPERATOR, type WatchWorld } from './support/watch-world.js';

const DAVE: Person = { id: 'U0DAVE', name: 'dave', surface: 'slack' };
let watched: WatchWorld;
beforeEach(async () => {
  watched = await createWatchWorld();
});
afterEach(() => watched.drop());

const TARGETS = `defaultTarget: live
roles: { operators: [U0CAROL] }
targets:
  live: &all
    hosts: [{ name: h1 }]
    service: { manager: systemd, unit: s.service }
    environmentFiles: [/etc/s.env]
    approval: { quorum: 1 }
  dryrun: *all
`;
const targets = parseTargets('targets.yaml', Buffer.from(TARGETS));

async function say(words: string, person: Person = OPERATOR, locale: Locale = 'en') {
  const reports: Report[] = [];
  const show = async (report: Report) => void reports.push(report);
  const conversation: Conversation = {
    person,
    locale,
    channel: 'C0',
    post: async (report) => {
      await show(report);
      return { ref: undefined, update: () => undefined, finish: async () => undefined };
    },
    whisper: show,
  };
  const services = {
    targets,
    watches: watched.service,
    access: createAccess({ targets, directory: undefined }),
    runbook: { strategy: 'crypto_lob_ml' },
  } as unknown as Parameters<typeof watch.run>[2];
  const { exitCode, json } = await inWords(() =>
    watch.run(words.split(' ').filter(Boolean), conversation, services),
  );
  return { exitCode, json, text: reports.map(terminalText).join('\n'), blocks: JSON.stringify(reports) };
}

test('shows how a target is watched and what that sees, in each language', async () => {
  watched.world.checks = [failing('a')];
  await watched.look(2);
  const shown = await say('');
  expect(shown.exitCode).toBe(0);
  expect(shown.text).toMatch(/NO-GO since .* looked .*every 60 s/s);
  expect(shown.text).toContain('a is wrong');
  expect(shown.text).toContain('It never halts the target by itself');
  expect(shown.blocks).toContain('watch:off');
  expect((await say('live', OPERATOR, 'zh-CN')).text).toMatch(/起 NO-GO.*a 有误.*从不自行停止/s);
});

test.each(['off --for 2h', 'off live --for 2h', 'live OFF —for 2h', 'off LIVE --for 2h'])(
  '%s pauses it',
  async (words) => {
    const paused = await say(words);
    expect(paused.text).toMatch(/Switched off by <?@?.*until .*nobody is told/s);
    const watch = await watched.watchOf();
    expect(watch?.isOn).toBe(false);
    const ms = Date.parse(watch?.offUntil ?? '') - Date.parse(watch?.switchedAt ?? '');
    expect(Math.abs(ms - 7_200_000)).toBeLessThan(60_000);
    expect((await say('on')).text).toContain('Switched on by');
    expect((await watched.watchOf())?.isOn).toBe(true);
  },
);

test('who is no operator switches nothing, and that is written down', async () => {
  await expect(say('off', DAVE)).rejects.toThrow(/Only operators may switch a watch.*<@U0CAROL>/);
  expect((await watched.watchOf())?.isOn).toBe(true);
  expect(watched.events).toMatchObject([{ kind: 'watch.refused', actor: DAVE, details: { act: 'off' } }]);
  expect((await say('', DAVE)).exitCode).toBe(0);
});

test.each([
  ['lve', /did you mean `live`/i],
  ['of', /`of`/],
  ['off live now', /too many|does not belong|now/],
  ['on --for 2h', /--for/],
  ['off --for soon', /soon/],
  ['off --until 2h', /--until/],
])('%s is refused, and changes nothing', async (words, told) => {
  await expect(say(words)).rejects.toThrow(told);
  expect((await watched.watchOf())?.isOn).toBe(true);
});

test('a target that nobody watches says so, and how to change that', async () => {
  const { text, exitCode } = await say('dryrun');
  expect(text).toContain('dryrun is not watched between releases');
  expect(exitCode).toBe(2);
});

test('one that does not run is not well', async () => {
  await watched.look();
  await watched.later(60 + 46);
  const { text, exitCode } = await say('live');
  expect(text).toContain('DOES NOT RUN');
  expect(exitCode).toBe(2);
});
