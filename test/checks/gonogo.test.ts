import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { CheckRun } from '../../src/domain/check-run.js';
import { ENTRY, insertDecidedOrder, insertDecisions } from './support/orders.js';
import { createStage, type HostSituation, NOW, type Stage, secondsAgo } from './support/verify-stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
});
afterAll(() => stage.close());

/** `now()` is the moment of the run. */
const execute = (sql: string) =>
  stage.database.pool.query(sql.replaceAll('now()', `'${NOW.toISOString()}'::timestamptz`));

/** Everything as the checklist wants it, half an hour before the start of the process and since. */
beforeEach(async () => {
  await stage.writeHost('live-1', {});
  await execute('TRUNCATE sync_records, pm_token_settlements, agent_order_executions, risk_gate_decisions');
  await execute(`INSERT INTO sync_records (timestamp, symbol, bn_mid_price, bn_best_bid, bn_best_ask, bn_spread_bps,
      bn_obi_5, bn_obi_10, bn_bid_volume, bn_ask_volume)
    SELECT now() - make_interval(secs => s), symbol, 100 + s, 99 + s, 101 + s, 1, 0, 0, 1, 1
    FROM generate_series(0, 299) s, unnest(ARRAY['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'XRPUSDT']) symbol`);
  await execute(`INSERT INTO pm_token_settlements (token_id, market_slug, settled_price, resolved, resolved_at, fetched_at)
    SELECT h || i, 'btc-updown-' || h || '-' || i, 1, TRUE, now() - interval '1 day', now()
    FROM generate_series(1, 600) i, unnest(ARRAY['5m', '15m']) h`);
  for (const [minutes, count] of [
    [40, 30],
    [10, 30],
  ] as const) {
    await insertDecisions(stage.database.pool, count, { at: secondsAgo(minutes * 60 + 1) });
    for (let order = 0; order < 5; order += 1)
      await insertDecidedOrder(stage.database.pool, { at: secondsAgo(minutes * 60 + order) });
  }
});

// The model file has tests of its own; here there is no file to load.
const decide = () => stage.run('gonogo', { without: ['model.file'], accountId: 'acct-live' });
const wrongOnes = (run: CheckRun) =>
  (run.criteria ?? [])
    .filter(({ outcome }) => outcome !== 'PASS')
    .map(({ id, outcome }) => `${id} ${outcome}`);

test('is GO when every criterion of section 5 holds', async () => {
  const run = await decide();
  expect(run.checks.filter(({ outcome }) => outcome !== 'PASS')).toEqual([]);
  expect(wrongOnes(run)).toEqual([]);
  expect(run.criteria).toHaveLength(7);
  expect(run.verdict).toBe('GO');
});

const order = (metadata: object) => () =>
  insertDecidedOrder(stage.database.pool, { at: secondsAgo(60), metadata: { ...ENTRY, ...metadata } });
const host = (situation: HostSituation) => () => stage.writeHost('live-1', situation);
/** Too young for other checks to fail, and ended before its model was loaded. */
const failedFast = host({
  status: { ActiveState: 'failed', SubState: 'failed', MainPID: 0, ExecMainStatus: 1 },
  log: [`${secondsAgo(60).toISOString()} ERROR cannot read MODEL_PATH`],
});

test.each([
  [
    'source_lags',
    `UPDATE sync_records SET bn_mid_price = 1, bn_best_bid = 1, bn_best_ask = 1 WHERE symbol = 'BTCUSDT'`,
    ['source_lags FAIL'],
  ],
  ['model_type_onnx', order({ model_type: 'rules' }), ['model_type_onnx FAIL']],
  ['blend_weights', order({ p_up_blend_w_model: '0.5', p_up_blend_w_window: '0.5' }), ['blend_weights FAIL']],
  [
    'risk_decisions',
    `UPDATE risk_gate_decisions SET decision = 'BLOCKED' WHERE decided_at > '${secondsAgo(1200).toISOString()}'`,
    ['risk_decisions FAIL'],
  ],
  [
    'model_load_failed',
    host({ log: [`${secondsAgo(7199).toISOString()} ploy[4100]: ERROR unsupported model_type "lgbm"`] }),
    ['model_load_failed FAIL'],
  ],
  ['metadata_missing', order({ p_up_model: '' }), ['metadata_missing FAIL']],
])('is NO-GO by %s alone', async (_criterion, change, wrong) => {
  await (typeof change === 'string' ? execute(change) : change());
  const run = await decide();
  expect(wrongOnes(run)).toEqual(wrong);
  expect(run.verdict).toBe('NO_GO');
});

test('is HOLD by data_fresh alone when a symbol is late, and the source does not clearly lag yet', async () => {
  await execute(
    `DELETE FROM sync_records WHERE symbol = 'SOLUSDT' AND timestamp > now() - interval '30 seconds'`,
  );
  const run = await decide();
  expect(wrongOnes(run)).toEqual(['data_fresh INCONCLUSIVE']);
  expect(run.verdict).toBe('HOLD');
});

test('is no GO by rows from the future, which hide how far the source lags', async () => {
  await execute(`UPDATE sync_records SET timestamp = clock_timestamp() + interval '1 minute'
    WHERE symbol = 'SOLUSDT' AND timestamp > now() - interval '2 seconds'`);
  const run = await decide();
  expect(wrongOnes(run)).toEqual(['data_fresh FAIL', 'source_lags INCONCLUSIVE']);
  expect(run.verdict).toBe('NO_GO');
});

test('is NO-GO by both criteria of the data when the source clearly lags', async () => {
  await execute(
    `DELETE FROM sync_records WHERE symbol = 'SOLUSDT' AND timestamp > now() - interval '70 seconds'`,
  );
  const run = await decide();
  expect(wrongOnes(run)).toEqual(['data_fresh FAIL', 'source_lags FAIL']);
  expect(run.checks.find(({ id }) => id === 'data.sync_records.behind')?.says[0]?.en).toMatch(
    /^SOLUSDT is 7\d\.\d s behind, No-Go from 60 s/,
  );
});

test('is NO-GO when the model failed to load, and nothing of the process that is gone passes', async () => {
  await failedFast();
  const run = await decide();
  expect(run.criteria?.find(({ id }) => id === 'model_load_failed')?.outcome).toBe('FAIL');
  expect(run.verdict).toBe('NO_GO');
});

test('a decision of no known kind is no decision', async () => {
  await execute('UPDATE risk_gate_decisions SET decision = NULL');
  const run = await decide();
  expect(wrongOnes(run)).toEqual(['risk_decisions INCONCLUSIVE']);
  expect(run.verdict).toBe('HOLD');
});

test('a strategy that ran away is seen within its first minute', async () => {
  await stage.writeHost('live-1', { status: { ActiveEnterTimestamp: secondsAgo(55).toISOString() } });
  await execute(`INSERT INTO agent_order_executions (agent_id, dry_run, intent_id, metadata, executed_at)
    SELECT 'crypto_lob_ml', FALSE, gen_random_uuid(), '${JSON.stringify(ENTRY)}', '${secondsAgo(30).toISOString()}' FROM generate_series(1, 500)`);
  const run = await stage.run('verify', { only: ['exec.activity'] });
  expect(run.verdict).toBe('NO_GO');
});
