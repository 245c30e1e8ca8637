import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { App, LogLevel } from '@slack/bolt';
import { SocketModeClient } from '@slack/socket-mode';
import WebSocket from 'ws';
import type { PageEvent, PageRequest } from '../../../sandbox/slack/protocol.js';
import { clientOf, silent, socketModeApp, startApp, startSlack, stopAll } from './bolt-app.js';

afterEach(stopAll);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('Socket Mode', () => {
  test('a dropped connection comes back, and what happens between is lost before the person', async () => {
    const slack = await startSlack();
    const app = socketModeApp(slack);
    app.command('/lobml', ({ ack }) => ack('here'));
    await startApp(app);

    slack.dropSocket();
    await slack.waitFor(() => !slack.botConnected);
    await slack.runCommand('alice', '#random', '/lobml help');
    await slack.waitFor(() => slack.botConnected);
    await slack.runCommand('alice', '#random', '/lobml help');

    expect(slack.notices('alice')).toHaveLength(1);
    expect(slack.messages('#random', 'alice')).toHaveLength(1);
  });

  test('a refresh makes the client connect anew', async () => {
    const slack = await startSlack();
    const app = socketModeApp(slack);
    app.command('/lobml', ({ ack }) => ack('here'));
    await startApp(app);
    slack.refreshSocket();
    await slack.waitFor(() => !slack.botConnected);
    await slack.waitFor(() => slack.botConnected);
    await slack.runCommand('alice', '#random', '/lobml help');
    expect(slack.messages('#random', 'alice')).toHaveLength(1);
    expect(slack.calls.filter((call) => call.method === 'apps.connections.open')).toHaveLength(2);
  });

  test('an event without an ack is tried again, with the same id and a reason', async () => {
    const slack = await startSlack({ ackTimeoutMs: 60 });
    // Bolt acknowledges events by itself, so the client beneath it is used.
    const client = new SocketModeClient({
      appToken: slack.appToken,
      clientOptions: { slackApiUrl: slack.apiUrl },
      logLevel: LogLevel.ERROR,
    });
    const seen: { id: string; number: number; reason: string }[] = [];
    client.on('app_mention', async ({ body, ack, retry_num: number, retry_reason: reason }) => {
      seen.push({ id: body.event_id, number, reason });
      if (seen.length === 3) await ack();
    });
    await client.start();
    slack.say('alice', '#trading-releases', '@lobml hello');
    await slack.waitFor(() => seen.length === 3);
    await client.disconnect();

    expect(seen.map(({ number, reason }) => [number, reason])).toEqual([
      [0, ''],
      [1, 'timeout'],
      [2, 'timeout'],
    ]);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(1);
    expect(slack.messages('#trading-releases')[0]?.text).toBe('<@U0LOBMLBOT> hello');
  });

  test('the Home tab is asked for and published to its person', async () => {
    const slack = await startSlack();
    const app = socketModeApp(slack);
    app.event('app_home_opened', async ({ event, client }) => {
      const blocks = [{ type: 'divider' as const }];
      await client.views.publish({ user_id: event.user, view: { type: 'home', blocks } });
    });
    await startApp(app);
    await slack.openHome('carol');
    const home = await slack.waitFor(() => slack.home('carol'));
    expect(home).toMatchObject({ user: 'U0CAROL', blocks: [{ type: 'divider' }] });
    expect(slack.home('alice')).toBeUndefined();
  });

  test('a ticket is good for one connection', async () => {
    const slack = await startSlack();
    const { url = '' } = await clientOf(slack, slack.appToken).apps.connections.open({});
    const first = new WebSocket(url);
    const [hello] = await once(first, 'message');
    expect(JSON.parse(String(hello))).toMatchObject({ type: 'hello', num_connections: 1 });
    const second = new WebSocket(url);
    const [error] = await once(second, 'error');
    expect(String(error)).toContain('401');
  });
});

describe('signed HTTP delivery', () => {
  async function httpApp(signingSecret: string) {
    const port = await freePort();
    const slack = await startSlack({ requestUrl: `http://127.0.0.1:${port}/slack/events` });
    const app = new App({
      token: slack.botToken,
      signingSecret: signingSecret || slack.signingSecret,
      port,
      clientOptions: { slackApiUrl: slack.apiUrl },
      logger: silent,
    });
    return { slack, app };
  }

  test('commands, clicks and modals reach a real Bolt app', async () => {
    const { slack, app } = await httpApp('');
    app.command('/lobml', async ({ ack, command, client }) => {
      await ack();
      const title = { type: 'plain_text' as const, text: 'Ask' };
      const view = { type: 'modal' as const, callback_id: 'ask', title, submit: title, blocks: [] };
      await client.views.open({ trigger_id: command.trigger_id, view });
    });
    app.view('ask', ({ ack }) => ack({ response_action: 'clear' }));
    await startApp(app);

    await slack.runCommand('alice', '#random', '/lobml deploy');
    await slack.waitFor(() => slack.modals('alice').length === 1);
    await slack.submitModal('alice');
    expect(slack.modals('alice')).toEqual([]);
    expect(slack.notices('alice')).toEqual([]);
  });

  test('an app with another signing secret refuses, and the person sees it', async () => {
    const { slack, app } = await httpApp('wrong');
    app.command('/lobml', ({ ack }) => ack('never'));
    await startApp(app);
    await slack.runCommand('alice', '#random', '/lobml help');
    expect(slack.notices('alice')[0]?.text).toBe('/lobml failed with the error "dispatch_failed"');
    expect(slack.messages('#random', 'alice')).toEqual([]);
  });
});

describe('the page', () => {
  test('is told what is left of a fault', async () => {
    const slack = await startSlack();
    const { events } = await openPage(slack.url);
    slack.misbehave({ api: { method: 'auth.test', status: 500, count: 2 } });
    for (const left of [{ api: { method: 'auth.test', status: 500, count: 1 } }, {}]) {
      await clientOf(slack)
        .auth.test()
        .catch(() => {});
      await slack.waitFor(() => {
        const told = events.filter((event) => event.type === 'misbehaviour').at(-1);
        return JSON.stringify(told?.misbehaviour) === JSON.stringify(left);
      });
    }
  });

  async function openPage(url: string) {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/page`);
    const events: PageEvent[] = [];
    socket.on('message', (data) => events.push(JSON.parse(String(data))));
    await once(socket, 'message');
    return { events, send: (request: PageRequest) => socket.send(JSON.stringify(request)) };
  }

  test('starts with a snapshot, then hears of every change', async () => {
    const slack = await startSlack();
    await startApp(socketModeApp(slack));
    slack.say('bob', '#random', 'before');
    const page = await openPage(slack.url);
    const [snapshot] = page.events;
    expect(snapshot).toMatchObject({ type: 'snapshot', botConnected: true, messages: [{ text: 'before' }] });
    expect(snapshot?.type === 'snapshot' && snapshot.users.map((user) => user.name)).toEqual([
      'alice',
      'bob',
      'carol',
      'dave',
    ]);

    page.send({ type: 'say', user: 'U0ALICE', channel: 'C0RANDOM', text: 'after' });
    page.send({ type: 'say', user: 'U0ALICE', channel: 'C0RANDOM', text: '/nonsense' });
    page.send({ type: 'drop_socket' });
    await slack.waitFor(() => page.events.some((event) => event.type === 'bot'));
    expect(page.events.slice(1)).toMatchObject([
      { type: 'message', message: { text: 'after', author: { kind: 'user', name: 'alice' } } },
      { type: 'notice', user: 'U0ALICE', channel: 'C0RANDOM' },
      { type: 'bot', connected: false },
    ]);
  });

  test('is told who alone may see an ephemeral message, and does not get it again after a reload', async () => {
    const slack = await startSlack();
    const page = await openPage(slack.url);
    await clientOf(slack).chat.postEphemeral({ channel: 'C0RELEASES', user: 'U0BOB', text: 'psst' });
    await slack.waitFor(() => page.events.length === 2);
    expect(page.events[1]).toMatchObject({
      type: 'message',
      message: { text: 'psst', ephemeralFor: 'U0BOB' },
    });
    const reloaded = await openPage(slack.url);
    expect(reloaded.events[0]).toMatchObject({ type: 'snapshot', messages: [] });
  });

  test('that sends nonsense breaks nothing', async () => {
    const slack = await startSlack();
    const socket = new WebSocket(`${slack.url.replace('http', 'ws')}/page`);
    await once(socket, 'message');
    socket.send('{');
    socket.send('[]');
    const page = await openPage(slack.url);
    expect(page.events[0]?.type).toBe('snapshot');
  });

  test('causes incidents, and is told what became of them', async () => {
    const slack = await startSlack();
    const incident = { id: 'stop-feed', title: 'Stop', description: 'Stops it', active: false, host: '' };
    slack.setIncidents([incident]);
    slack.onIncident(({ id, active }) => slack.setIncidents([{ ...incident, id, active }]));
    const page = await openPage(slack.url);
    page.send({ type: 'incident', id: 'stop-feed', host: '', active: true });
    await slack.waitFor(() => page.events.length === 2);
    expect(page.events[1]).toMatchObject({
      type: 'incidents',
      incidents: [{ id: 'stop-feed', active: true }],
    });
  });

  test('a click on what is gone is told to the person', async () => {
    const slack = await startSlack();
    const page = await openPage(slack.url);
    const container = { kind: 'message' as const, channel: 'C0RANDOM', ts: '1.000001' };
    page.send({ type: 'action', user: 'U0BOB', container, blockId: 'b', actionId: 'a', payload: {} });
    await slack.waitFor(() => page.events.length === 2);
    expect(page.events[1]).toEqual({ type: 'notice', user: 'U0BOB', text: 'This message is gone.' });
  });
});
