import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Calm } from '../../src/slack/calm.js';

test('work waits while deliveries keep coming, and starts when they pause', async () => {
  const calm = new Calm(500, 60_000);
  let isSettled = false;
  calm.stir();
  const settled = calm.settled().then(() => {
    isSettled = true;
  });
  for (let delivery = 0; delivery < 5; delivery += 1) {
    await sleep(4);
    expect(isSettled).toBe(false);
    calm.stir();
  }
  await settled;
});

test('a stream without a pause holds work up for a bounded time', async () => {
  const calm = new Calm(60_000, 250);
  const stream = setInterval(() => calm.stir(), 2);
  calm.stir();
  const started = performance.now();
  await calm.settled();
  clearInterval(stream);
  expect(performance.now() - started).toBeGreaterThan(200);
});
