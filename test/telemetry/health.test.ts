import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  createHealthHandler,
  createMetricsHandler,
  type DependencyCheck,
} from '../../src/telemetry/health.js';
import { createMetrics } from '../../src/telemetry/metrics.js';

let server: Server;
let address: string;
let database: DependencyCheck;
const metrics = createMetrics();

beforeEach(async () => {
  const health = createHealthHandler({
    dependencies: { slack: () => ({ ok: true }), database: () => database() },
    timeoutMs: 30,
  });
  const counted = createMetricsHandler(metrics.registry);
  server = createServer(async (request, response) => {
    const isAnswered = (await health(request, response)) || (await counted(request, response));
    if (!isAnswered) response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.close();
});

async function ready() {
  const response = await fetch(`${address}/readyz`);
  return { status: response.status, body: await response.json() };
}

test('/healthz answers whatever the dependencies do', async () => {
  database = () => new Promise(() => undefined);
  expect((await fetch(`${address}/healthz`)).status).toBe(200);
});

test('/readyz names the dependency that is away, slow or failing', async () => {
  database = () => ({ ok: true });
  expect(await ready()).toMatchObject({
    status: 200,
    body: { ok: true, dependencies: { database: { ok: true } } },
  });
  database = () => new Promise(() => undefined);
  expect(await ready()).toEqual({
    status: 503,
    body: {
      ok: false,
      dependencies: { slack: { ok: true }, database: { ok: false, detail: 'no answer within 30 ms' } },
    },
  });
  database = () => Promise.reject(new Error('password hunter2'));
  expect(await ready()).toMatchObject({ status: 503, body: { dependencies: { database: { ok: false } } } });
});

test('/metrics shows the counters, and other paths are left alone', async () => {
  metrics.deliveries.inc({ kind: 'command', outcome: 'handled' });
  const text = await (await fetch(`${address}/metrics`)).text();
  expect(text).toContain('lobml_slack_deliveries_total{kind="command",outcome="handled"} 1');
  expect((await fetch(`${address}/slack/events`)).status).toBe(404);
  expect((await fetch(`${address}/healthz`, { method: 'POST' })).status).toBe(404);
});
