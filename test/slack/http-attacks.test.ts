import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { signature } from '../../sandbox/slack/delivery/signed-http.js';
import { HttpEndpoint } from '../../src/slack/http-endpoint.js';
import { probedState } from '../../src/slack/probed-state.js';
import type { HttpLimits } from '../../src/slack/request-body.js';
import { createHealthHandler, createMetricsHandler } from '../../src/telemetry/health.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { createMetrics } from '../../src/telemetry/metrics.js';
import { systemClock } from '../../src/time/clock.js';
import { startTestApp, subcommand, type TestApp } from './support/test-app.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function startApp(
  mode: 'http' | 'socket' = 'http',
  env: Record<string, string> = {},
): Promise<TestApp> {
  const started = await startTestApp({
    mode,
    env,
    subcommands: [
      subcommand('echo', async (_words, conversation, { done }) => {
        done.push(conversation.person.id);
        return { exitCode: 0, json: {} };
      }),
    ],
  });
  ends.push(() => started.end());
  return started;
}

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

async function signedPost({ slack, port }: TestApp, body: string, type: string): Promise<number> {
  const stamp = Math.floor(Date.now() / 1_000);
  const answer = await fetch(`http://127.0.0.1:${port}/slack/events`, {
    method: 'POST',
    body,
    headers: {
      'content-type': type,
      'x-slack-request-timestamp': String(stamp),
      'x-slack-signature': signature(slack.signingSecret, stamp, body),
    },
    signal: AbortSignal.timeout(5_000),
  });
  return answer.status;
}

/** What comes back for bytes that no client of ours would send. */
function raw(port: number, text: string, address = '127.0.0.1'): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: address }, () => socket.write(text));
    let answer = '';
    socket.on('data', (bytes) => {
      answer += bytes.toString();
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('a signed request', () => {
  test.each([
    ['null', JSON_TYPE],
    ['5', JSON_TYPE],
    ['"x"', JSON_TYPE],
    ['[]', JSON_TYPE],
    ['{', JSON_TYPE],
    ['', JSON_TYPE],
    ['payload=null', FORM_TYPE],
    ['payload=%7B', FORM_TYPE],
    ['payload=7', FORM_TYPE],
  ])('whose body is %j ends nothing: it is answered, and the next one works', async (body, type) => {
    const app = await startApp();
    expect(await signedPost(app, body, type)).toBe(400);
    expect(await signedPost(app, '{"type":"event_callback","event":null}', JSON_TYPE)).toBeGreaterThanOrEqual(
      200,
    );
    const command = new URLSearchParams({
      command: '/lobml',
      text: 'echo',
      user_id: 'U1',
      channel_id: 'C1',
      trigger_id: 't',
    });
    expect(await signedPost(app, command.toString(), FORM_TYPE)).toBe(200);
  });
});

describe('an address', () => {
  test.each(['//', '//slack/events', '/\\', 'http://[', '*'])(
    '%s is answered with 404, not with a fault',
    async (target) => {
      const app = await startApp();
      for (const method of ['GET', 'POST'])
        expect(
          await raw(
            app.port,
            `${method} ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
          ),
        ).toMatch(/^HTTP\/1.1 40[04] /);
      expect(app.log.join('')).not.toContain('could not be answered');
    },
  );

  test('in Socket Mode the bot listens on this machine alone, unless it is told where', async () => {
    const app = await startApp('socket');
    expect((await fetch(`http://127.0.0.1:${app.port}/healthz`)).status).toBe(200);
    await expect(raw(app.port, '', '127.0.0.2')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const open = await startApp('socket', { LISTEN_ADDRESS: '127.0.0.2' });
    expect((await fetch(`http://127.0.0.2:${open.port}/healthz`)).status).toBe(200);
    await expect(raw(open.port, '', '127.0.0.1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('of the metrics may be another one: then they are had there alone', async () => {
    const app = await startApp('http', { METRICS_LISTEN: '127.0.0.1:0' });
    const [, port = ''] = /"metricsPort":(\d+)/.exec(app.log.join('')) ?? [];
    expect((await fetch(`http://127.0.0.1:${app.port}/metrics`)).status).toBe(404);
    const metrics = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect([metrics.status, await metrics.text()]).toEqual([200, expect.stringContaining('lobml_')]);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(404);
  });
});

describe('requests that never end', () => {
  async function endpoint(limits: Partial<HttpLimits>) {
    const { registry } = createMetrics();
    const server = new HttpEndpoint({
      handlers: [createHealthHandler({ dependencies: {} }), createMetricsHandler(registry)],
      receiver: {
        requestListener: (_request, response) => {
          response.writeHead(200).end();
        },
      },
      clock: systemClock,
      logger: createLogger({ level: 'silent', to: 'stderr' }),
      limits,
    });
    const port = await server.start(0, '127.0.0.1');
    ends.push(() => server.stop());
    return port;
  }

  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  /** Sends the beginning of a post; resolves with the first line of what comes back. */
  function begin(port: number, length: number, sent: number): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(`POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n`);
        socket.write('x'.repeat(sent));
      });
      sockets.push(socket);
      socket.once('data', (bytes) => resolve(bytes.toString().split('\r\n')[0] ?? ''));
      socket.once('close', () => resolve('closed'));
      socket.once('error', () => undefined);
    });
  }

  test('are ended after their time', async () => {
    const port = await endpoint({ bodyMs: 300 });
    expect(await begin(port, 1_000, 10)).toMatch(/408|closed/);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  });

  test('hold no more bytes together than the bot allows, however many there are', async () => {
    const port = await endpoint({ bodyBytes: 1_000, totalBytes: 5_000, bodyMs: 20_000 });
    expect(await begin(port, 2_000, 0)).toContain('413');
    const held = Array.from({ length: 5 }, () => begin(port, 1_000, 990));
    await waitFor(async () => (await begin(port, 1_000, 990)).includes('503'));
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(held);
    // No object, but read to its end.
    await waitFor(async () => (await begin(port, 10, 10)).includes('400'));
  });

  test('a body without a length is counted while it comes', async () => {
    const port = await endpoint({ bodyBytes: 1_000, totalBytes: 5_000 });
    const chunk = `800\r\n${'x'.repeat(0x800)}\r\n`;
    const answer = await raw(
      port,
      `POST /slack/events HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n${chunk}`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });

  test('are no more than so many connections', async () => {
    const port = await endpoint({ connections: 3 });
    const open = Array.from({ length: 3 }, () => begin(port, 1_000, 10));
    await waitFor(async () => (await begin(port, 1_000, 10)) === 'closed');
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(open);
  });
});

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await condition())) if (performance.now() > deadline) throw new Error('it did not come to pass');
}

test('while Slack is away, readiness asks it once in ten seconds, however often it is asked', async () => {
  let [now, asked, isAway] = [0, 0, true];
  const state = probedState(
    async () => {
      asked += 1;
      if (isAway) throw new Error('away');
    },
    { monotonic: () => now },
  );
  for (let time = 0; time < 20; time += 1) expect((await state()).ok).toBe(false);
  now = 9_999;
  expect([(await state()).ok, asked]).toEqual([false, 1]);
  isAway = false;
  now = 10_000;
  expect([(await state()).ok, asked]).toEqual([true, 2]);
  now = 19_999;
  expect([(await state()).ok, asked]).toEqual([true, 2]);
});
