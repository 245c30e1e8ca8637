import type { lookup } from 'node:dns';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createHttpGet, type HttpRequest } from '../../src/checks/context/http-get.js';
import { isPermitted } from '../../src/checks/context/private-addresses.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A real server on the loopback address, and how many requests it got. */
async function serve(answer: RequestListener): Promise<{ port: number; asked: () => number }> {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, asked: () => asked };
}

const get = (url: string, changes: Partial<HttpRequest> = {}, resolveName?: typeof lookup) =>
  createHttpGet(resolveName)({
    url: new URL(url),
    headers: {},
    timeoutMs: 5_000,
    maxBytes: 1_000,
    signal: new AbortController().signal,
    permitted: [],
    ...changes,
  });

/** Answers one list of addresses after the other, and counts how often it was asked. */
function resolver(...answers: readonly (readonly string[])[]) {
  let asked = 0;
  const resolveName = ((_name: string, _options: object, done: (error: null, found: object[]) => void) => {
    const addresses = answers[Math.min(asked, answers.length - 1)] ?? [];
    asked += 1;
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  }) as unknown as typeof lookup;
  return { resolveName, asked: () => asked };
}

describe('addresses', () => {
  test.each([
    '127.0.0.1',
    '127.8.9.1',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'no address',
    '',
  ])('%s is refused', (address) => expect(isPermitted(address, 80, [])).toBe(false));

  test.each(['1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:1.1.1.1'])(
    '%s is of the internet',
    (address) => expect(isPermitted(address, 80, [])).toBe(true),
  );

  test('one that the targets file names may be asked, at its own port alone', () => {
    const permitted = ['127.0.0.1:9100', '[::1]:9100'];
    expect(isPermitted('127.0.0.1', 9100, permitted)).toBe(true);
    expect(isPermitted('0:0:0:0:0:0:0:1', 9100, permitted)).toBe(true);
    expect(isPermitted('127.0.0.1', 9101, permitted)).toBe(false);
    expect(isPermitted('127.0.0.2', 9100, permitted)).toBe(false);
  });
});

describe('a private address', () => {
  test.each(['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]'])(
    'is not connected to as %s',
    async (host) => {
      const { port, asked } = await serve((_request, response) => response.end('{}'));
      await expect(get(`http://${host}:${port}/`)).rejects.toMatchObject({ code: 'address_refused' });
      expect(asked()).toBe(0);
    },
  );

  test('is connected to where the targets file names it', async () => {
    const { port } = await serve((_request, response) => response.end('{"ok":true}'));
    const permitted = [`127.0.0.1:${port}`];
    const { resolveName } = resolver(['127.0.0.1']);
    const answer = await get(`http://bot.example:${port}/`, { permitted }, resolveName);
    expect([answer.status, answer.body.toString()]).toEqual([200, '{"ok":true}']);
  });

  test('among others of the same name refuses them all', async () => {
    const { resolveName } = resolver(['1.1.1.1', '10.0.0.1']);
    await expect(get('http://two.example/', {}, resolveName)).rejects.toMatchObject({
      code: 'address_refused',
    });
  });

  test('that a name has only the second time is never met: a name is resolved once, for the connection', async () => {
    const { port, asked } = await serve((_request, response) => response.end('{}'));
    const names = resolver(['127.0.0.1'], ['10.0.0.1']);
    const permitted = [`127.0.0.1:${port}`];
    await get(`http://rebound.example:${port}/`, { permitted }, names.resolveName);
    expect([names.asked(), asked()]).toEqual([1, 1]);
  });
});

describe('an answer', () => {
  const ask = async (answer: RequestListener, changes: Partial<HttpRequest> = {}) => {
    const { port, asked } = await serve(answer);
    return { got: get(`http://127.0.0.1:${port}/`, { permitted: [`127.0.0.1:${port}`], ...changes }), asked };
  };

  test('that redirects is told as it is, and not followed', async () => {
    const { got, asked } = await ask((_request, response) =>
      response.writeHead(302, { location: '/elsewhere' }).end('gone'),
    );
    expect(await got).toMatchObject({ status: 302 });
    expect(asked()).toBe(1);
  });

  test('that is too large is refused, also where it does not say so', async () => {
    const { got } = await ask((_request, response) => {
      response.write('x'.repeat(900));
      response.end('x'.repeat(200));
    });
    await expect(got).rejects.toMatchObject({ code: 'too_large' });
  });

  test('that does not come, or not to its end, is a time-out', async () => {
    const silent = await ask(() => {}, { timeoutMs: 100 });
    await expect(silent.got).rejects.toMatchObject({ code: 'timeout' });
    const half = await ask((_request, response) => void response.write('{'), { timeoutMs: 100 });
    await expect(half.got).rejects.toMatchObject({ code: 'timeout' });
  });

  test('that nobody gives is unreachable, with the reason', async () => {
    const { port } = await serve(() => {});
    for (const server of servers.splice(0)) server.close();
    const permitted = [`127.0.0.1:${port}`];
    await expect(get(`http://127.0.0.1:${port}/`, { permitted })).rejects.toMatchObject({
      code: 'unreachable',
      detail: 'ECONNREFUSED',
    });
  });
});
