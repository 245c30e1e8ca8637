import { afterEach, describe, expect, test } from '@jest/globals';
import { socketModeApp, startApp, startSlack, stopAll } from './bolt-app.js';

afterEach(stopAll);

describe('slash commands', () => {
  test('reach a real Bolt app, which answers by ack, by respond and in the channel', async () => {
    const slack = await startSlack();
    const app = socketModeApp(slack);
    app.command('/lobml', async ({ ack, command, respond, client }) => {
      await ack(`heard: ${command.text}`);
      await respond({ text: 'later', response_type: 'in_channel' });
      await client.chat.postMessage({ channel: command.channel_id, text: `for ${command.user_name}` });
    });
    await startApp(app);

    await slack.runCommand('alice', '#trading-releases', '/lobml precheck  live');
    await slack.waitFor(() => slack.messages('#trading-releases').length === 2);

    expect(slack.messages('#trading-releases', 'alice').map((message) => message.text)).toEqual([
      'heard: precheck  live',
      'later',
      'for alice',
    ]);
    expect(slack.messages('#trading-releases', 'bob').map((message) => message.text)).toEqual([
      'later',
      'for alice',
    ]);
    expect(slack.notices('alice')).toEqual([]);
  });

  test('without an ack within the time limit fail before the person', async () => {
    const slack = await startSlack({ ackTimeoutMs: 50 });
    const app = socketModeApp(slack);
    app.command('/lobml', async () => {});
    await startApp(app);

    await slack.runCommand('alice', '#trading-releases', '/lobml help');

    expect(slack.notices('alice').map((notice) => notice.text)).toEqual([
      '/lobml failed with the error "operation_timeout"',
    ]);
  });

  test('fail before the person when no app is connected', async () => {
    const slack = await startSlack();

    await slack.runCommand('bob', '#random', '/lobml help');

    expect(slack.notices('bob')).toEqual([
      { user: 'U0BOB', channel: 'C0RANDOM', text: '/lobml failed with the error "dispatch_failed"' },
    ]);
  });

  test('are refused in threads, and when they are unknown, without a word to the app', async () => {
    const slack = await startSlack();
    const { ts } = slack.say('alice', '#random', 'hello');

    await slack.runCommand('alice', '#random', '/lobml help', ts);
    await slack.runCommand('alice', '#random', '/deploy');

    const [inThread, unknown] = slack.notices('alice').map((notice) => notice.text);
    expect(inThread).toBe('/lobml is not supported in threads. Sorry!');
    expect(unknown).toContain('/deploy is not a valid command.');
  });

  test('with an answer that breaks the rules show an error instead of it', async () => {
    const slack = await startSlack();
    const app = socketModeApp(slack);
    app.command('/lobml', async ({ ack }) => {
      await ack({ text: 'x', blocks: [{ type: 'section' }] });
    });
    await startApp(app);

    await slack.runCommand('alice', '#random', '/lobml help');

    expect(slack.notices('alice')[0]?.text).toContain('"invalid_command_response" (invalid_blocks)');
    expect(slack.messages('#random', 'alice')).toEqual([]);
  });
});
