import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Report } from '../../src/domain/report.js';
import { systemClock } from '../../src/time/clock.js';
import { inWords } from '../support/in-words.js';
import {
  DONE,
  section,
  startTestApp,
  subcommand,
  type TestApp,
  type TestAppOptions,
} from './support/test-app.js';

/** For a machine that is busy with other things; what is proved is that it happens, and in which order. */
const PATIENCE_MS = 20_000;

let running: TestApp | undefined;
afterEach(async () => {
  await running?.end();
  running = undefined;
});

async function start(options: TestAppOptions): Promise<TestApp> {
  running = await startTestApp(options);
  return running;
}

function posting(report: Report) {
  return subcommand('report', async (_words, conversation, { done }) => {
    const message = await conversation.post(report);
    await message.finish({ ...report, text: 'finished' });
    done.push('finished');
    return DONE;
  });
}

describe('one message, whatever Slack answers', () => {
  test.each([
    ['429', { api: { method: 'chat.postMessage', status: 429 as const, count: 2, retryAfterSecs: 1 } }],
    ['500', { api: { method: 'chat.postMessage', status: 500 as const, count: 2 } }],
    ['a lost reply', { apiLostReplies: { method: 'chat.postMessage', count: 2 } }],
  ])('%s', async (_name, misbehaviour) => {
    const { slack, done } = await start({ subcommands: [posting(section('running'))] });
    slack.misbehave(misbehaviour);
    await slack.runCommand('alice', '#trading-releases', '/lobml report');
    await slack.waitFor(() => done.length > 0, PATIENCE_MS);
    expect(slack.messages('#trading-releases').map((message) => message.text)).toEqual(['finished']);
  });

  test('an update that is refused for coming too often is sent later, in its last state', async () => {
    const { slack, done } = await start({ subcommands: [posting(section('running'))] });
    slack.misbehave({ api: { method: 'chat.update', status: 429, count: 2, retryAfterSecs: 1 } });
    await slack.runCommand('alice', '#trading-releases', '/lobml report');
    await slack.waitFor(() => done.length > 0, PATIENCE_MS);
    expect(slack.messages('#trading-releases').map((message) => message.text)).toEqual(['finished']);
  });
});

test('a message whose optional block Slack refuses is sent without it', async () => {
  const body = section('the verdict').blocks;
  const chart = { type: 'no_such_chart', block_id: 'chart' };
  const report = { text: 'x', blocks: [...body, chart], optionalBlockIds: ['chart'] };
  const { slack, done, log } = await start({ subcommands: [posting(report)] });
  await slack.runCommand('alice', '#trading-releases', '/lobml report');
  await slack.waitFor(() => done.length > 0);
  const [message] = slack.messages('#trading-releases');
  expect(message?.blocks).toMatchObject([{ type: 'section' }]);
  expect(log.join()).toContain('Slack refused the blocks');
});

describe('the socket', () => {
  test('is opened again at once after it was dropped, or when Slack asks for it', async () => {
    const { slack, done } = await start({ subcommands: [posting(section('running'))] });
    slack.dropSocket();
    await slack.waitFor(() => !slack.botConnected);
    await slack.waitFor(() => slack.botConnected, PATIENCE_MS);
    slack.refreshSocket();
    await slack.waitFor(
      () => slack.calls.filter((call) => call.method === 'apps.connections.open').length === 3,
      PATIENCE_MS,
    );
    await slack.waitFor(() => slack.botConnected, PATIENCE_MS);
    expect(await slack.runCommand('alice', '#trading-releases', '/lobml report')).toMatchObject({ ok: true });
    await slack.waitFor(() => done.length > 0);
  });

  test('is opened again although Slack failed to give an address at first; /readyz tells of it', async () => {
    const { slack, port } = await start({});
    const ready = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status;
    expect(await ready()).toBe(200);
    slack.misbehave({ api: { method: 'apps.connections.open', status: 500, count: 2 } });
    slack.dropSocket();
    await slack.waitFor(() => !slack.botConnected);
    await slack.waitFor(
      () => slack.calls.filter((call) => call.method === 'apps.connections.open').length >= 2,
      PATIENCE_MS,
    );
    expect(await ready()).toBe(503);
    await slack.waitFor(() => slack.botConnected, PATIENCE_MS);
    const deadline = Date.now() + PATIENCE_MS;
    while ((await ready()) !== 200 && Date.now() < deadline) await sleep(20);
    expect(await ready()).toBe(200);
  });
});

describe('a token that Slack refuses stops the start and names the variable', () => {
  test.each([
    ['SLACK_BOT_TOKEN', { botToken: 'xoxb-another' }],
    ['SLACK_APP_TOKEN', { appToken: 'xapp-another' }],
  ])('%s', async (variable, wrong) => {
    await expect(inWords(() => startTestApp({ tokens: wrong }))).rejects.toThrow(
      `${variable}: is refused by Slack (invalid_auth)`,
    );
  });
});

test('stop waits for the work in flight, and takes nothing new', async () => {
  const slow = subcommand('slow', async (_words, _conversation, { done }) => {
    done.push('begun');
    await sleep(300);
    done.push('ended');
    return DONE;
  });
  const { slack, app, done } = await start({ subcommands: [slow] });
  await slack.runCommand('alice', '#trading-releases', '/lobml slow');
  await slack.waitFor(() => done.length === 1);
  expect(await app.stop()).toBe(true);
  expect(done).toEqual(['begun', 'ended']);
  expect(slack.botConnected).toBe(false);
});

describe('signed requests', () => {
  async function deliver(
    { port, slack }: TestApp,
    stampMs: number,
    secret = slack.signingSecret,
  ): Promise<number> {
    const stamp = Math.floor(stampMs / 1_000);
    const body = new URLSearchParams({
      command: '/lobml',
      text: 'report',
      user_id: 'U0ALICE',
      channel_id: 'C0RELEASES',
      team_id: 'T0SANDBOX',
      trigger_id: `trigger-${stampMs}`,
    }).toString();
    const signature = createHmac('sha256', secret).update(`v0:${stamp}:${body}`).digest('hex');
    const response = await fetch(`http://127.0.0.1:${port}/slack/events`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': String(stamp),
        'x-slack-signature': `v0=${signature}`,
      },
    });
    return response.status;
  }

  test('are taken when fresh, and refused when old, from the future or wrongly signed', async () => {
    const running = await start({ mode: 'http', subcommands: [posting(section('running'))] });
    const now = Date.now();
    expect(await deliver(running, now)).toBe(200);
    expect(await deliver(running, now + 4 * 60_000)).toBe(200);
    expect(await deliver(running, now + 6 * 60_000)).toBe(401);
    expect(await deliver(running, now - 6 * 60_000)).toBe(401);
    expect(await deliver(running, now, 'another-signing-secret')).toBe(401);
    expect((await fetch(`http://127.0.0.1:${running.port}/elsewhere`)).status).toBe(404);
  });
});

test('in HTTP mode /readyz asks Slack', async () => {
  let passedMs = 0;
  const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + passedMs };
  const dependencies = { database: () => ({ ok: true }) };
  const { slack, port } = await start({ mode: 'http', dependencies, clock });
  const ready = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    return { status: response.status, body: await response.json() };
  };
  slack.misbehave({ api: { method: 'auth.test', status: 500, count: 1 } });
  expect(await ready()).toMatchObject({ status: 503, body: { dependencies: { slack: { ok: false } } } });
  passedMs = 10_000;
  expect(await ready()).toEqual({
    status: 200,
    body: { ok: true, dependencies: { slack: { ok: true }, database: { ok: true } } },
  });
});
