import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { CAROL, createHaltingBench, type HaltingBench } from './support/halting.js';

let bench: HaltingBench;

beforeAll(async () => {
  bench = await createHaltingBench();
}, 60_000);
afterAll(() => bench.close());
beforeEach(() => bench.begin(), 30_000);

test('a secret that stands in a reason is neither stored nor told', async () => {
  const rollback = bench.rollback();
  const reason = 'DB_PASSWORD=hunter22 xoxb-1-2';
  const handle = rollback.start({ target: bench.target, kind: 'disable', requestedBy: CAROL, reason });
  const told = [handle.current().reason];
  const given = await rollback.addReason(handle.current().haltId, `again: ${reason}`, CAROL);
  told.push(given?.halt.reason ?? null, (await handle.done).reason);
  expect(told).toEqual([
    'DB_PASSWORD=[redacted] [redacted]',
    'again: DB_PASSWORD=[redacted] [redacted]',
    'again: DB_PASSWORD=[redacted] [redacted]',
  ]);
  expect(JSON.stringify(bench.events)).not.toMatch(/hunter22|xoxb-/);
});
