import { expect, test } from '@jest/globals';
import { type Halt, newHalt, newHostHalt } from '../../src/domain/halt.js';
import { createHaltYielding } from '../../src/halt/halt-yielding.js';
import { LiveHalt } from '../../src/halt/live-halt.js';

const FOREVER_MS = 3_600_000;

function beginHalt(limitMs = FOREVER_MS) {
  const halt: Halt = newHalt({
    haltId: 'a0000000-0000-4000-8000-000000000001',
    strategy: 'crypto_lob_ml',
    target: 'live',
    kind: 'disable',
    wanted: {},
    wantedOf: {},
    requestedBy: { id: 'U1', name: 'carol', surface: 'slack' },
    requestedAt: '2026-03-01T03:00:00.000Z',
    reason: null,
    hosts: [newHostHalt('live-1'), newHostHalt('live-2')],
  });
  const live = new LiveHalt({ halt, messages: [] });
  const yielding = createHaltYielding(limitMs);
  yielding.yieldTo(live.handle(true));
  const seen: string[] = [];
  const yielded = yielding.yieldToHalt().then(() => seen.push('the check goes on'));
  return {
    yielding,
    yielded,
    seen,
    async become(name: string, changes: readonly Partial<Halt['hosts'][number]>[]) {
      const hosts = live.halt.hosts.map((host, index) => ({ ...host, ...changes[index] }));
      live.change({ hosts });
      // What waited goes on in later turns of the loop, if at all.
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(name);
    },
    async end() {
      live.change({ endedAt: '2026-03-01T03:01:00.000Z' });
      live.end();
      await yielded;
    },
  };
}

test('nobody waits while no halt begins', async () => {
  await expect(createHaltYielding(FOREVER_MS).yieldToHalt()).resolves.toBeUndefined();
});

test('whoever yields waits until every host was seen off', async () => {
  const { yielded, become, seen } = beginHalt();
  const written = { disk: 'done', restart: 'issued', pidBefore: 1 } as const;
  await become('both under way', [written, written]);
  await become('one off', [{ restart: 'done', process: 'as_wanted', pid: 2 }]);
  await become('the other as before', [{}, { process: 'as_wanted', pid: 1 }]);
  await become('both off', [{}, { process: 'as_wanted', pid: 2 }]);
  await yielded;
  expect(seen).toEqual(['both under way', 'one off', 'the other as before', 'the check goes on', 'both off']);
});

test('a service that is stopped is off too, whatever stands on its disk', async () => {
  const { yielded, become, seen } = beginHalt();
  await become('one stopped', [{ disk: 'failed', stop: 'done', process: 'stopped' }]);
  expect(seen).toEqual(['one stopped']);
  await become('both stopped', [{}, { stop: 'done', process: 'stopped' }]);
  await yielded;
});

test('a halt that ends sooner lets everybody go on', async () => {
  const { end, seen } = beginHalt();
  await end();
  expect(seen).toEqual(['the check goes on']);
});

test('nobody waits for ever', async () => {
  const { yielded, yielding } = beginHalt(1);
  await yielded;
  await yielding.yieldToHalt();
});
