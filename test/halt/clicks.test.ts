import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Misbehaviour } from '../../sandbox/slack/protocol.js';
import { DISABLE_ACTION } from '../../views/rollback-buttons.js';
import { createHaltingBench, type HaltingBench } from './support/halting.js';
import { type HaltingApp, RELEASES, startHaltingApp } from './support/halting-app.js';

/** The report itself: what `/lobml rollback` shows of the last halt begins with another word. */
const ENDED = /^\S+ (HALTED - VERIFIED|HALT NOT VERIFIED)/;
const SLOW_MS = 5_000;

let bench: HaltingBench;
let app: HaltingApp;

beforeAll(async () => {
  bench = await createHaltingBench(2, ['U0ALICE', 'U0BOB', 'U0CAROL']);
});
afterAll(() => bench.close());
beforeEach(async () => {
  await bench.begin();
  app = await startHaltingApp(bench, bench.killSwitch());
});
afterEach(() => app.end());

const kinds = () => bench.events.map(({ kind }) => kind);

test('fifty clicks of three people at once are one halt, and every later one is told who and when', async () => {
  const place = await app.showButtons('carol');
  const people = Array.from({ length: 50 }, (_, index) => ['carol', 'alice', 'bob'][index % 3] ?? 'carol');
  await Promise.all(people.map((person) => app.slack.click(person, place, DISABLE_ACTION)));
  await app.slack.waitFor(() => app.reports().some((text) => ENDED.test(text)));
  expect(app.reports().filter((text) => ENDED.test(text))).toEqual([
    expect.stringContaining('HALTED - VERIFIED'),
  ]);
  expect(kinds().filter((kind) => kind === 'halt.requested')).toHaveLength(1);
  expect(await bench.restartsOf('live-1')).toBe(1);
  expect(await bench.restartsOf('live-2')).toBe(1);
  const told = () => ['carol', 'alice', 'bob'].flatMap((person) => app.whispers(person));
  await app.slack.waitFor(() => told().length === 49);
  const by = bench.events.find(({ kind }) => kind === 'halt.requested')?.actor.id ?? 'nobody';
  for (const text of told()) {
    expect(text).toContain(`<@${by}>`);
    expect(text).toMatch(/<!date\^\d+\^/);
  }
});

test('typed with --disable it acts at once, with its reason, and only for an operator', async () => {
  const type = (person: string) =>
    app.slack.runCommand(
      person,
      '#trading-releases',
      '/lobml rollback live --disable --reason "the feed is gone"',
    );
  await type('dave');
  await app.slack.waitFor(() => app.whispers('dave').length > 0);
  expect(kinds()).toEqual(['halt.refused']);
  await type('carol');
  await app.slack.waitFor(() => app.reports().some((text) => ENDED.test(text)));
  expect(app.reports()).toEqual([expect.stringContaining('HALTED - VERIFIED')]);
  expect(bench.events.find(({ kind }) => kind === 'halt.requested')).toMatchObject({
    actor: { id: 'U0CAROL' },
    reason: 'the feed is gone',
  });
  expect(await bench.restartsOf('live-1')).toBe(1);
});

test('typed as a phone types it, with an open quote and in another order, it halts', async () => {
  const line = '/lobml Live rollbak —Disable —reason “the feed is gone';
  await app.slack.runCommand('carol', '#trading-releases', line);
  await app.slack.waitFor(() => app.reports().some((text) => ENDED.test(text)));
  expect(bench.events.find(({ kind }) => kind === 'halt.requested')).toMatchObject({
    reason: 'the feed is gone',
  });
  expect(await bench.restartsOf('live-1')).toBe(1);
});

test.each(['kill live', '停止 live'])('/lobml %s, in other words than its own, halts', async (words) => {
  await app.slack.runCommand('carol', '#trading-releases', `/lobml ${words}`);
  await app.slack.waitFor(() => app.reports().some((text) => ENDED.test(text)));
  expect(kinds()).toContain('halt.requested');
});

test('what could not be understood is answered with the buttons, and with what was wrong', async () => {
  await app.slack.runCommand('carol', '#trading-releases', '/lobml rollback prod --disable');
  const buttons = () =>
    app.slack.messages(RELEASES).filter(({ blocks }) => JSON.stringify(blocks).includes(DISABLE_ACTION));
  await app.slack.waitFor(() => buttons().length > 0);
  const [told] = await app.slack.waitFor(() => {
    const texts = app.whispers('carol');
    return texts.length > 0 && texts;
  });
  expect(told).toContain('prod');
  expect(kinds()).toEqual([]);
});

test('a viewer is told who may, nothing is touched, and it is written down', async () => {
  const place = await app.showButtons('dave');
  await app.slack.click('dave', place, DISABLE_ACTION);
  const [told] = await app.slack.waitFor(() => {
    const texts = app.whispers('dave');
    return texts.length > 0 && texts;
  });
  for (const id of ['U0ALICE', 'U0BOB', 'U0CAROL']) expect(told).toContain(`<@${id}>`);
  expect(bench.events).toEqual([
    expect.objectContaining({
      kind: 'halt.refused',
      target: 'live',
      actor: expect.objectContaining({ id: 'U0DAVE' }),
      details: { act: 'disable', because: 'not_allowed' },
    }),
  ]);
  expect(await bench.restartsOf('live-1')).toBe(0);
});

describe('the hosts wait for no call of Slack', () => {
  const troubles: readonly (readonly [string, Misbehaviour])[] = [
    [`${SLOW_MS} ms a call`, { apiDelayMs: SLOW_MS }],
    ['429', { api: { method: '*', status: 429, count: 3, retryAfterSecs: 1 } }],
    ['500', { api: { method: '*', status: 500, count: 3 } }],
    ['lost replies', { apiLostReplies: { method: '*', count: 3 } }],
  ];
  test.each(troubles)('%s', async (_name, misbehaviour) => {
    const place = await app.showButtons('carol');
    const posted = app.reports().length;
    app.slack.misbehave(misbehaviour);
    const clickedAt = Date.now();
    await app.slack.click('carol', place, DISABLE_ACTION);
    await app.slack.waitFor(() => kinds().filter((kind) => kind === 'halt.written').length === 2);
    const written = bench.events
      .filter(({ kind }) => kind === 'halt.written')
      .map(({ at }) => Date.parse(at));
    expect(Math.max(...written) - clickedAt).toBeLessThan(SLOW_MS / 2);
    await app.slack.waitFor(() => app.reports().some((text) => ENDED.test(text)));
    expect(app.reports()).toHaveLength(posted + 1);
    expect(app.reports().at(-1)).toContain('HALTED - VERIFIED');
  });
});
