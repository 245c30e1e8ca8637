import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { CheckResult } from '../../src/domain/check-run.js';
import { LOCALES } from '../../src/domain/localized.js';
import { remedySentence } from '../../views/check-sentence.js';
import { textFor } from '../../views/text/index.js';
import { ENTRY, insertDecisions, insertOrder } from './support/orders.js';
import {
  createStage,
  type HostSituation,
  NOW,
  resultOf,
  type Stage,
  type StageRun,
  secondsAgo,
} from './support/verify-stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
});
afterAll(() => stage.close());
beforeEach(async () => {
  await stage.database.pool.query('TRUNCATE agent_order_executions, risk_gate_decisions, sync_records');
  await stage.writeHost('live-1', {});
});

async function check(id: string, options: StageRun = {}, host?: HostSituation): Promise<CheckResult> {
  if (host !== undefined) await stage.writeHost('live-1', host);
  return resultOf(await stage.run('gonogo', { sleep: async () => {}, ...options, only: [id] }), id);
}

const said = ({ says }: CheckResult) => says.map(({ en }) => en).join(' ');

describe('what a check says is why it is no pass', () => {
  test('a price that is no number, which is no frozen feed', async () => {
    for (let second = 0; second < 20; second += 1)
      await stage.database.pool.query(
        `INSERT INTO sync_records (timestamp, symbol, bn_mid_price, bn_best_bid, bn_best_ask, bn_spread_bps, bn_obi_5,
           bn_obi_10, bn_bid_volume, bn_ask_volume)
         SELECT $1, symbol, $2, 1, 2, 1, 0, 0, 1, 1 FROM unnest(ARRAY['BTCUSDT','ETHUSDT','SOLUSDT','XRPUSDT']) symbol`,
        [secondsAgo(second), second === 5 ? 'NaN' : String(100 + second)],
      );
    const result = await check('data.sync_records.frozen');
    expect(result.outcome).toBe('INCONCLUSIVE');
    expect(said(result)).toContain('BTCUSDT: 1 of 20 rows have no price (NaN)');
    expect(said(result)).not.toContain('same prices');
    expect(remedySentence(result, 'en')).toContain('prices that are no numbers');
  });

  test('an order that waits for its decision has not gone around anything', async () => {
    await insertOrder(stage.database.pool, { at: secondsAgo(20), orderId: 'ord-1' });
    const result = await check('risk.correspondence');
    expect(result.outcome).toBe('INCONCLUSIVE');
    expect(said(result)).toBe(
      '1 orders wait for their decision, which may be up to a minute late: orders ord-1.',
    );
    expect(remedySentence(result, 'en')).toMatch(/^Where orders only wait, verify again in a minute/);
  });

  test('a status of no known word, where there are entries enough', async () => {
    await insertOrder(stage.database.pool, { at: secondsAgo(60), status: 'Paused' });
    await insertOrder(stage.database.pool, { at: secondsAgo(60) });
    const result = await check('exec.activity');
    expect(result.outcome).toBe('INCONCLUSIVE');
    expect(said(result)).toBe(
      '1 of 2 orders have a status of no known word, so whether they failed is unknown.',
    );
    expect(remedySentence(result, 'en')).toContain('`failedStatuses`');
    await stage.database.pool.query('TRUNCATE agent_order_executions');
    expect(said(await check('exec.activity'))).toContain('at least 1 is needed');
  });

  test('a storm that holds an unknown status as well is told as both', async () => {
    await stage.database.pool.query(
      `INSERT INTO agent_order_executions (agent_id, intent_id, metadata, executed_at, dry_run, status)
       SELECT 'crypto_lob_ml', gen_random_uuid(), $1, $2, FALSE, CASE n WHEN 1 THEN 'Paused' ELSE 'Filled' END
       FROM generate_series(1, 1802) n`,
      [ENTRY, secondsAgo(60)],
    );
    const result = await check('exec.activity');
    expect(result.outcome).toBe('FAIL');
    expect(said(result)).toContain('expected at most 60');
    expect(said(result)).toContain('1 of 1,802 orders have a status of no known word');
  });

  test('a target without an order of its own, beside those of another', async () => {
    await insertOrder(stage.database.pool, { at: secondsAgo(60), dryRun: true });
    await insertDecisions(stage.database.pool, 2, { at: secondsAgo(60) });
    const others = [{ accountId: 'acct-live', dryRun: true }];
    const result = await check('exec.other_orders', { accountId: 'acct-live', others });
    expect(result.outcome).toBe('INCONCLUSIVE');
    expect(said(result)).toContain(
      'No order of this target in the window: the 1 of the account acct-live, dry_run true, are another target’s.',
    );
    expect(said(result)).toContain('but 2 decisions of the account acct-live');
    expect(remedySentence(result, 'en')).toMatch(/^Without an order of this target, wait/);
  });

  test('a strategy that is off has no start to prove, after a halt', async () => {
    const off = { environment: { ENABLED: 'false' }, log: [`${NOW.toISOString()} INFO starting`] };
    const result = await check('service.started', {}, off);
    expect(result).toMatchObject({ outcome: 'INCONCLUSIVE', observed: [{ is_on: false }] });
    expect(said(result)).toBe(
      'live-1: the strategy is off (ENABLED), so process 4242 has loaded no model, and there is no start to prove.',
    );
    expect(result.says[0]?.['zh-CN']).toContain('策略已关闭');
    expect(remedySentence(result, 'en')).toMatch(/^Where the strategy is off, turn it on/);
    const on = await check('service.started', {}, { log: off.log });
    expect(said(on)).toContain('is not proved yet');
  });
});

test.each(LOCALES)('what nobody foresaw, and a time-out, end with what to do: %s', (locale) => {
  const { remedy, reason, hostError, hostWayOut } = textFor(locale).report;
  const judged = ['conditions_hold', 'warning_holds', 'failure_holds', 'neither_holds'];
  for (const code of Object.keys(reason).filter((one) => !judged.includes(one)))
    expect(remedy).toHaveProperty(code, expect.stringMatching(/\S.+[.。]$/));
  expect(Object.keys(hostError)).toEqual(expect.arrayContaining(Object.keys(hostWayOut)));
  expect(hostWayOut).toHaveProperty('timeout');
});
