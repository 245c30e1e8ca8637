import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ENTRY, insertDecidedOrder, insertDecisions } from './support/orders.js';
import { createStage, type Stage, secondsAgo } from './support/verify-stage.js';

/** More than an answer of the trading database may hold. */
const HUGE = 'x'.repeat(5 * 1024 * 1024);

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
  await stage.writeHost('live-1', {});
});
afterAll(() => stage.close());

/** Outcomes by check, of one good order and decision and whatever else stands there. */
async function outcomes(...only: string[]) {
  const run = await stage.run('verify', { only });
  return Object.fromEntries(
    run.checks.map(({ id, outcome, reason }) => [id, [outcome, reason.facts?.['code']]]),
  );
}

const METADATA = Object.fromEntries(Object.keys(ENTRY).map((key) => [key, HUGE]));

test.each([
  ['metadata', { metadata: { ...METADATA, signal_type: ENTRY.signal_type } }],
  ['kind of the order', { metadata: { ...ENTRY, signal_type: HUGE } }],
  ['order id', { orderId: HUGE, metadata: { ...ENTRY, model_type: 'rules', signal_type: 'another' } }],
  ['status', { status: HUGE, metadata: ENTRY }],
])('a text of 5 MiB as %s spoils its own row alone', async (_name, row) => {
  const { pool } = stage.database;
  await pool.query('TRUNCATE agent_order_executions, risk_gate_decisions');
  await insertDecidedOrder(pool, { at: secondsAgo(60) });
  await insertDecidedOrder(pool, { at: secondsAgo(30), ...row });
  const seen = await outcomes(
    ...['exec.activity', 'exec.signal_types', 'exec.other_orders', 'exec.model_type', 'exec.model_version'],
    ...['exec.blend_weights', 'exec.metadata_complete', 'risk.decisions', 'risk.correspondence'],
  );
  expect(Object.values(seen).map(([outcome]) => outcome)).not.toContain('ERROR');
  expect(Object.keys(seen)).toHaveLength(9);
});

test('a reason of 5 MiB of a decision is cut', async () => {
  const { pool } = stage.database;
  await pool.query('TRUNCATE agent_order_executions, risk_gate_decisions');
  await insertDecisions(pool, 30, { at: secondsAgo(60) });
  await insertDecisions(pool, 1, { at: secondsAgo(60), decision: 'BLOCKED', reason: HUGE });
  expect(await outcomes('risk.decisions', 'risk.blocked_share')).toEqual({
    'risk.decisions': ['PASS', undefined],
    'risk.blocked_share': ['PASS', undefined],
  });
});
