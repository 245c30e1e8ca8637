import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import type { Target } from '../../src/runbook/targets.js';
import { createHeartbeat } from '../../src/watch/heartbeat.js';
import { eventually } from '../sandbox/host/eventually.js';

const SECRET = 'hc-4711-secret';

function heart(send: Parameters<typeof createHeartbeat>[0]['fetch']) {
  const lines: string[] = [];
  const logger = { warn: (...parts: readonly unknown[]) => void lines.push(JSON.stringify(parts)) };
  const beat = createHeartbeat({ fetch: send, logger });
  const target = { name: 'live', standingWatch: { heartbeatUrl: `https://hc.example.net/${SECRET}` } };
  return {
    lines,
    beat: () => beat(target as Target),
    beatNobody: () => beat({ ...target, standingWatch: undefined } as Target),
  };
}

test('asks once a look, follows nobody elsewhere, and asks nobody where nobody is named', async () => {
  const asked: [string, RequestInit][] = [];
  const { beat, beatNobody, lines } = heart(async (url, init) => {
    asked.push([url, init]);
    return { ok: true, status: 200 };
  });
  beat();
  beatNobody();
  expect(asked).toMatchObject([[`https://hc.example.net/${SECRET}`, { redirect: 'manual' }]]);
  await Promise.resolve();
  expect(lines).toEqual([]);
});

test('what goes wrong is a line in the log that holds nothing of the address', async () => {
  const error = Object.assign(new TypeError(`fetch failed for https://hc.example.net/${SECRET}`), {
    cause: { code: 'ENOTFOUND' },
  });
  const refused = heart(async () => ({ ok: false, status: 404 }));
  const away = heart(async () => Promise.reject(error));
  const odd = heart(async () => Promise.reject(new Error(SECRET)));
  for (const { beat } of [refused, away, odd]) beat();
  await eventually('three lines', () => [refused, away, odd].every(({ lines }) => lines.length === 1));
  const all = [refused, away, odd].flatMap(({ lines }) => lines);
  expect(all.map((line) => /"because":"([^"]*)"/.exec(line)?.[1])).toEqual([
    'status 404',
    'ENOTFOUND',
    'Error',
  ]);
  expect(all.join()).not.toContain(SECRET);
});

test('a service that never answers is given up, and nobody waits for it', async () => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const signals: AbortSignal[] = [];
  const { beat, lines } = heart((_url, init) => {
    if (init.signal != null) signals.push(init.signal);
    return fetch(`http://127.0.0.1:${port}/`, {
      ...init,
      signal: AbortSignal.any([init.signal as AbortSignal, AbortSignal.timeout(100)]),
    });
  });
  beat();
  await eventually('a line', () => lines.length === 1);
  expect(lines[0]).toContain('TimeoutError');
  expect(signals).toHaveLength(1);
  server.closeAllConnections();
  server.close();
});
