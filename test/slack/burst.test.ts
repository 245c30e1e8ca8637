import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Burst } from '../../src/slack/burst.js';

test('work waits while deliveries keep coming, and starts when they pause', async () => {
  const burst = new Burst(500, 60_000);
  let isSettled = false;
  burst.delivered();
  const settled = burst.over().then(() => {
    isSettled = true;
  });
  for (let delivery = 0; delivery < 5; delivery += 1) {
    await sleep(4);
    expect(isSettled).toBe(false);
    burst.delivered();
  }
  await settled;
});

test('a stream without a pause holds work up for a bounded time', async () => {
  const burst = new Burst(60_000, 250);
  const stream = setInterval(() => burst.delivered(), 2);
  burst.delivered();
  const started = performance.now();
  await burst.over();
  clearInterval(stream);
  expect(performance.now() - started).toBeGreaterThan(200);
});
