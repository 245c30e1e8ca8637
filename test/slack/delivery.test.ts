import { expect, test } from '@jest/globals';
import { DeliveryGate, deliveryKey } from '../../src/slack/delivery.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { systemClock } from '../../src/time/clock.js';
import { createClaims } from './support/test-app.js';

function createGate(claim: (key: string) => Promise<boolean>) {
  const log: string[] = [];
  const logger = createLogger({ level: 'info', to: { write: (line) => log.push(line) } });
  return { log, gate: new DeliveryGate({ claim, clock: systemClock, logger, timeoutMs: 20 }) };
}

test.each([
  ['an event', { event_id: 'Ev1', type: 'event_callback' }, 'event:Ev1'],
  ['a command', { command: '/lobml', trigger_id: '1.2.a' }, '/lobml:1.2.a'],
  ['a click', { type: 'block_actions', trigger_id: '1.2.b', user: { id: 'U1' } }, 'block_actions:1.2.b'],
  [
    'a click without a trigger',
    { type: 'block_actions', user: { id: 'U1' }, actions: [{ action_id: 'a', action_ts: '9.1' }] },
    'click:U1:a:9.1',
  ],
  ['what has no id', { type: 'block_actions' }, undefined],
])('%s is recognised by what Slack sends the same each time', (_name, body, key) => {
  expect(deliveryKey(body)).toBe(key);
});

test('two replicas let a delivery through once', async () => {
  const claim = createClaims();
  const [one, two] = [createGate(claim).gate, createGate(claim).gate];
  expect(await one.isFirst('a', false)).toBe(true);
  expect(await two.isFirst('a', false)).toBe(false);
  expect(await one.isFirst('a', false)).toBe(false);
  expect(await two.isFirst('b', false)).toBe(true);
});

test.each([
  ['is away', () => Promise.reject(new Error('connection refused'))],
  ['hangs', () => new Promise<boolean>(() => undefined)],
])('when the database %s, memory decides and the log tells', async (_name, claim) => {
  const { gate, log } = createGate(claim);
  expect(await gate.isFirst('a', false)).toBe(true);
  expect(await gate.isFirst('a', false)).toBe(false);
  expect(log.join()).toContain('duplicates are known by memory alone');
});
