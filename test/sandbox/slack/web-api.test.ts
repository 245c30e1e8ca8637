import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { WebClient } from '@slack/web-api';
import type { LocalSlack } from '../../../sandbox/slack/local-slack.js';
import { DEFAULT_SCOPES } from '../../../sandbox/slack/seed.js';
import { clientOf, outcome, startSlack, stopAll } from './bolt-app.js';

const CHANNEL = 'C0RELEASES';
let slack: LocalSlack;
let client: WebClient;
let nowMs = 1_800_000_000_000;

beforeEach(async () => {
  nowMs = 1_800_000_000_000;
  slack = await startSlack({ now: () => nowMs });
  client = clientOf(slack);
});
afterEach(stopAll);

describe('tokens and scopes', () => {
  test('auth.test names the app', async () => {
    expect(await client.auth.test()).toMatchObject({ ok: true, user_id: 'U0LOBMLBOT', team_id: 'T0SANDBOX' });
  });

  test.each([
    ['not_authed', '', 'auth.test'],
    ['invalid_auth', 'xoxb-wrong', 'auth.test'],
    ['not_allowed_token_type', 'xapp-1-A0LOBML-sandbox-app-token', 'chat.postMessage'],
    ['not_allowed_token_type', 'xoxb-sandbox-bot-token', 'apps.connections.open'],
    ['unknown_method', 'xoxb-sandbox-bot-token', 'chat.shout'],
  ])('%s', async (code, token, method) => {
    expect(await outcome(clientOf(slack, token).apiCall(method))).toBe(code);
  });

  test('the default scopes are those that the manifest asks for', async () => {
    const manifest = JSON.parse(await readFile('manifest.json', 'utf8'));
    expect([...DEFAULT_SCOPES].sort()).toEqual([...manifest.oauth_config.scopes.bot].sort());
  });

  test('a missing scope is named', async () => {
    const refusal = client.conversations.list();
    await expect(refusal).rejects.toMatchObject({
      data: {
        error: 'missing_scope',
        needed: 'channels:read',
        provided: expect.stringContaining('chat:write'),
      },
    });
  });
});

describe('messages', () => {
  test.each<[string, Record<string, unknown>]>([
    ['channel_not_found', { channel: 'C0NOWHERE', text: 'x' }],
    ['channel_not_found', { channel: '#trading-releases', text: 'x' }],
    ['not_in_channel', { channel: 'C0RANDOM', text: 'x' }],
    ['no_text', { channel: CHANNEL }],
    ['msg_too_long', { channel: CHANNEL, text: 'x'.repeat(40_001) }],
    ['invalid_blocks_format', { channel: CHANNEL, text: 'x', blocks: '{' }],
    ['invalid_blocks', { channel: CHANNEL, text: 'x', blocks: [{ type: 'nonsense' }] }],
    ['invalid_metadata_format', { channel: CHANNEL, text: 'x', metadata: { event_type: 'a' } }],
    ['thread_not_found', { channel: CHANNEL, text: 'x', thread_ts: '1.000001' }],
  ])('%s', async (code, args) => {
    expect(await outcome(client.apiCall('chat.postMessage', args))).toBe(code);
    expect(slack.messages(CHANNEL)).toEqual([]);
  });

  test('the fault in a block is told in the metadata of the answer', async () => {
    const blocks = [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }];
    await expect(client.chat.postMessage({ channel: CHANNEL, text: 'x', blocks })).rejects.toMatchObject({
      data: {
        response_metadata: {
          messages: ['[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]'],
        },
      },
    });
  });

  test('an update with text alone takes the blocks away and keeps the metadata', async () => {
    const metadata = { event_type: 'run', event_payload: { id: '7' } };
    const blocks = [{ type: 'divider' as const }];
    const { ts = '' } = await client.chat.postMessage({ channel: CHANNEL, text: 'a', blocks, metadata });
    await client.chat.update({ channel: CHANNEL, ts, text: 'b' });

    expect(slack.messages(CHANNEL)).toMatchObject([{ text: 'b', blocks: [], edited: true }]);
    const { messages } = await client.conversations.history({ channel: CHANNEL, include_all_metadata: true });
    expect(messages).toMatchObject([{ ts, metadata }]);
  });

  test('only the own message can be changed, and 4,000 bytes are the end', async () => {
    const { ts } = slack.say('alice', CHANNEL, 'mine');
    expect(await outcome(client.chat.update({ channel: CHANNEL, ts, text: 'b' }))).toBe(
      'cant_update_message',
    );
    expect(await outcome(client.chat.delete({ channel: CHANNEL, ts }))).toBe('cant_delete_message');
    const own = await client.chat.postMessage({ channel: CHANNEL, text: 'a' });
    const long = { channel: CHANNEL, ts: own.ts ?? '', text: '时'.repeat(1_334) };
    expect(await outcome(client.chat.update(long))).toBe('msg_too_long');
    expect(await outcome(client.chat.update({ ...long, ts: '1.000001' }))).toBe('message_not_found');
  });

  test('an ephemeral message is seen by its reader alone and cannot be updated', async () => {
    const posted = await client.chat.postEphemeral({ channel: CHANNEL, user: 'U0BOB', text: 'psst' });
    expect(slack.messages(CHANNEL, 'bob')).toHaveLength(1);
    expect(slack.messages(CHANNEL, 'alice')).toEqual([]);
    const ts = posted.message_ts ?? '';
    expect(await outcome(client.chat.update({ channel: CHANNEL, ts, text: 'b' }))).toBe('message_not_found');
  });

  test('replies stand in their thread, not in the history of the channel', async () => {
    const top = await client.chat.postMessage({ channel: CHANNEL, text: 'top' });
    await client.chat.postMessage({ channel: CHANNEL, text: 'reply', thread_ts: top.ts ?? '' });
    const history = await client.conversations.history({ channel: CHANNEL });
    expect(history.messages?.map((message) => message.text)).toEqual(['top']);
    const thread = await client.conversations.replies({ channel: CHANNEL, ts: top.ts ?? '' });
    expect(thread.messages?.map((message) => message.text)).toEqual(['top', 'reply']);
  });
});

describe('people', () => {
  test('users.info with locale; deactivated people and guests are marked', async () => {
    const { user } = await client.users.info({ user: 'U0CAROL', include_locale: true });
    expect(user).toMatchObject({ name: 'carol', locale: 'zh-CN', is_restricted: false, deleted: false });
    expect((await client.users.info({ user: 'U0ERIN' })).user).toMatchObject({ deleted: true });
    expect((await client.users.info({ user: 'U0FRANK' })).user).toMatchObject({ is_restricted: true });
    expect(await outcome(client.users.info({ user: 'U0NOBODY' }))).toBe('user_not_found');
  });

  test('user groups and their members', async () => {
    const { usergroups } = await client.usergroups.list({ include_users: true });
    expect(usergroups?.map((group) => group.handle)).toEqual(['trading', 'risk', 'ops']);
    const { users } = await client.usergroups.users.list({ usergroup: 'S0TRADING' });
    expect(users).toEqual(['U0ALICE', 'U0CAROL']);
    expect(await outcome(client.usergroups.users.list({ usergroup: 'S0NONE' }))).toBe('no_such_subteam');
  });
});

describe('rate limits', () => {
  const post = () => outcome(client.chat.postMessage({ channel: CHANNEL, text: 'x' }));

  test('three posts in a burst pass, the fourth waits a second', async () => {
    expect([await post(), await post(), await post()]).toEqual(['ok', 'ok', 'ok']);
    await expect(client.chat.postMessage({ channel: CHANNEL, text: 'x' })).rejects.toMatchObject({
      code: 'slack_webapi_rate_limited_error',
      retryAfter: 1,
    });
    nowMs += 1_000;
    expect([await post(), await post()]).toEqual(['ok', 'slack_webapi_rate_limited_error']);
  });

  test('a person’s id and the conversation with that person count together', async () => {
    const direct = await client.chat.postMessage({ channel: 'U0BOB', text: 'x' });
    for (const channel of ['U0BOB', direct.channel ?? ''])
      expect(await outcome(client.chat.postMessage({ channel, text: 'x' }))).toBe('ok');
    for (const channel of ['U0BOB', direct.channel ?? ''])
      expect(await outcome(client.chat.postMessage({ channel, text: 'x' }))).toBe(
        'slack_webapi_rate_limited_error',
      );
  });

  test('chat.update passes 50 times a minute, usergroups.list 20 times', async () => {
    const { ts = '' } = await client.chat.postMessage({ channel: CHANNEL, text: 'a' });
    const update = () => outcome(client.chat.update({ channel: CHANNEL, ts, text: 'b' }));
    for (let count = 0; count < 50; count += 1) expect(await update()).toBe('ok');
    expect(await update()).toBe('slack_webapi_rate_limited_error');
    for (let count = 0; count < 20; count += 1) expect(await outcome(client.usergroups.list())).toBe('ok');
    expect(await outcome(client.usergroups.list())).toBe('slack_webapi_rate_limited_error');
    nowMs += 60_000;
    expect(await update()).toBe('ok');
  });
});

describe('misbehaviour', () => {
  const CALM = { channel: CHANNEL, text: 'x' };

  test('answers 500 and 429 as often as told', async () => {
    slack.misbehave({ api: { method: 'chat.postMessage', status: 500, count: 1 } });
    expect(await outcome(client.chat.postMessage(CALM))).toBe('slack_webapi_http_error');
    slack.misbehave({ api: { method: '*', status: 429, count: 1, retryAfterSecs: 7 } });
    await expect(client.chat.postMessage(CALM)).rejects.toMatchObject({ retryAfter: 7 });
    expect(await outcome(client.chat.postMessage(CALM))).toBe('ok');
    expect(slack.messages(CHANNEL)).toHaveLength(1);
  });

  test('a lost reply: the message stands, though the client saw an error, and a retry posts twice', async () => {
    slack.misbehave({ apiLostReplies: { method: 'chat.postMessage', count: 1 } });
    const retrying = clientOf(slack, slack.botToken, { retryConfig: { retries: 1, minTimeout: 1 } });
    await retrying.chat.postMessage(CALM);
    expect(slack.messages(CHANNEL)).toHaveLength(2);
  });
});
