import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { takeReason } from '../../commands/rollback-reason.js';
import type { Person } from '../../src/domain/person.js';
import { SlackOperatorGate } from '../../src/halt/operator-gate.js';
import { parseTargets } from '../../src/runbook/targets.js';
import { systemClock } from '../../src/time/clock.js';
import { REASON_INPUT } from '../../views/rollback-modals.js';
import { CAROL, createHaltingBench, FLAG, type HaltingBench } from './support/halting.js';

let bench: HaltingBench;

beforeAll(async () => {
  bench = await createHaltingBench();
});
afterAll(() => bench.close());
beforeEach(() => bench.begin());

test('a secret that stands in a reason is neither stored nor told', async () => {
  const killSwitch = bench.killSwitch();
  const reason = 'DB_PASSWORD=hunter22 xoxb-1-2';
  const handle = killSwitch.start({ target: bench.target, kind: 'disable', requestedBy: CAROL, reason });
  const told = [handle.current().reason];
  const given = await killSwitch.addReason(handle.current().haltId, `again: ${reason}`, CAROL);
  told.push(given?.halt.reason ?? null, (await handle.done).reason);
  expect(told).toEqual([
    'DB_PASSWORD=[redacted] [redacted]',
    'again: DB_PASSWORD=[redacted] [redacted]',
    'again: DB_PASSWORD=[redacted] [redacted]',
  ]);
  expect(JSON.stringify(bench.events)).not.toMatch(/hunter22|xoxb-/);
});

test('only an operator gives the reason; who else tries is told who may, and it is written down', async () => {
  const killSwitch = bench.killSwitch();
  const handle = killSwitch.start({ target: bench.target, kind: 'disable', requestedBy: CAROL });
  const targets = parseTargets('targets.yaml', Buffer.from(bench.targetsText));
  const operators = new SlackOperatorGate({ targets, askGroup: async () => [], clock: systemClock });
  const previousModel = { plan: async () => ({ kind: 'none' }) as const, putBack: async () => {} };
  const services = { killSwitch, targets, operators, previousModel };
  const given = (person: Person) =>
    takeReason(
      {
        privateMetadata: handle.current().haltId,
        values: { [REASON_INPUT.block]: { [REASON_INPUT.action]: 'a storm' } },
        person,
        locale: 'en',
      },
      services,
    );
  const refused = await given({ ...CAROL, id: 'U0DAVE', name: 'dave' });
  expect(refused).toMatchObject({ errors: { [REASON_INPUT.block]: expect.stringContaining('<@U0CAROL>') } });
  expect(handle.current().reason).toBeNull();
  expect(bench.events.find(({ kind }) => kind === 'halt.refused')).toMatchObject({
    actor: { id: 'U0DAVE' },
    details: { act: 'add_reason', because: 'not_allowed' },
  });
  expect(await given(CAROL)).toMatchObject({ kind: 'close' });
  expect((await handle.done).reason).toBe('a storm');
  const written = bench.events.filter(({ kind }) => kind === 'halt.written');
  expect(written).toHaveLength(2);
  for (const { details } of written) {
    expect(details).toMatchObject({ before: { [FLAG]: 'true' }, after: { [FLAG]: 'false' } });
  }
});
