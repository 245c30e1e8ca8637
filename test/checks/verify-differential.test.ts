import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CheckRun, ObservedRow } from '../../src/domain/check-run.js';
import { type DecisionRow, insertDecisions, insertOrder, type OrderRow } from './support/orders.js';
import { createStage, NOW, resultOf, type Stage, secondsAgo } from './support/verify-stage.js';

/** The checklist's queries 4.1 to 4.4, with the present moment as a value; texts are cut at 400 characters. */
const ACTIVITY = `
SELECT
  COUNT(*) FILTER (WHERE metadata->>'signal_type' = 'crypto_lob_ml_entry') AS entry_cnt,
  COUNT(*) FILTER (WHERE metadata->>'signal_type' = 'crypto_lob_ml_exit')  AS exit_cnt,
  MIN(executed_at) AS first_exec_at,
  MAX(executed_at) AS last_exec_at
FROM agent_order_executions
WHERE agent_id = 'crypto_lob_ml' AND executed_at >= $1::timestamptz - INTERVAL '30 minutes'`;
const MODEL_TYPES = `
SELECT COALESCE(LEFT(metadata->>'model_type', 400), 'missing') AS model_type, COUNT(*) AS cnt
FROM agent_order_executions
WHERE agent_id = 'crypto_lob_ml' AND metadata->>'signal_type' = 'crypto_lob_ml_entry'
  AND executed_at >= $1::timestamptz - INTERVAL '30 minutes'
GROUP BY 1`;
const WEIGHTS = `
SELECT LEFT(metadata->>'p_up_blend_w_model', 400) AS w_model, LEFT(metadata->>'p_up_blend_w_window', 400) AS w_window, COUNT(*) AS cnt
FROM agent_order_executions
WHERE agent_id = 'crypto_lob_ml' AND metadata->>'signal_type' = 'crypto_lob_ml_entry'
  AND executed_at >= $1::timestamptz - INTERVAL '30 minutes'
GROUP BY 1, 2`;
const DECISIONS = `
SELECT decision, COUNT(*) AS cnt FROM risk_gate_decisions
WHERE agent_id = 'crypto_lob_ml' AND decided_at >= $1::timestamptz - INTERVAL '30 minutes'
GROUP BY decision`;

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
  await stage.writeHost('live-1', {});
});
afterAll(() => stage.close());

const agent = fc.constantFrom('crypto_lob_ml', 'crypto_lob_ml', 'crypto_momentum');
const at = fc.integer({ min: 0, max: 4000 }).map(secondsAgo);
const value = fc.oneof(
  fc.constantFrom('onnx', 'lightgbm', '', '0.9', '0.90', '0.1', 'abc', 'NaN', null, true, 0.9, 1e-7),
  fc.jsonValue({ maxDepth: 1 }),
  fc.string({ maxLength: 8 }).filter((text) => !text.includes('\0')),
);
const keys = {
  signal_type: fc.oneof(
    { weight: 4, arbitrary: fc.constant('crypto_lob_ml_entry') },
    fc.constantFrom('crypto_lob_ml_exit', 'other', null, 7),
  ),
  model_type: value,
  model_version: value,
  p_up_blend_w_model: value,
  p_up_blend_w_window: value,
};
const withoutNul = (json: unknown) => !JSON.stringify(json).includes('\\u0000');
const metadata = fc
  .oneof(
    { weight: 6, arbitrary: fc.record(keys, { requiredKeys: [] }) },
    fc.jsonValue({ maxDepth: 1 }),
    fc.constant(null),
  )
  .filter(withoutNul) as fc.Arbitrary<NonNullable<OrderRow['metadata']>>;
const order: fc.Arbitrary<OrderRow> = fc.record({ at, agentId: agent, metadata });
const decision: fc.Arbitrary<DecisionRow> = fc.record({
  at,
  agentId: agent,
  decision: fc.constantFrom('PASSED', 'BLOCKED', 'ADJUSTED'),
});

async function reference(sql: string): Promise<readonly ObservedRow[]> {
  const { rows } = await stage.database.pool.query(sql, [NOW]);
  return rows.map((row: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(row).map(([column, cell]) => [
        column,
        cell instanceof Date
          ? cell.toISOString()
          : column.endsWith('cnt')
            ? Number(cell)
            : (cell as string | null),
      ]),
    ),
  );
}

const sorted = (rows: readonly ObservedRow[]) => rows.map((row) => JSON.stringify(row)).toSorted();
const seen = (run: CheckRun, id: string) => resultOf(run, id).observed;
const instant = (cell: unknown) => (typeof cell === 'string' ? new Date(cell).toISOString() : null);

test('the statements agree with the checklist’s own four queries, whatever the rows hold', async () => {
  const { pool } = stage.database;
  await fc.assert(
    fc.asyncProperty(
      fc.array(order, { maxLength: 12 }),
      fc.array(decision, { maxLength: 12 }),
      async (orders, decisions) => {
        await pool.query('TRUNCATE agent_order_executions, risk_gate_decisions');
        for (const row of orders) await insertOrder(pool, row);
        for (const row of decisions) await insertDecisions(pool, 1, row);
        const run = await stage.run('verify');

        const [activity] = seen(run, 'exec.activity');
        const { entry_cnt, exit_cnt, first_exec_at, last_exec_at } = activity ?? {};
        expect([
          { entry_cnt, exit_cnt, first_exec_at: instant(first_exec_at), last_exec_at: instant(last_exec_at) },
        ]).toEqual(await reference(ACTIVITY));

        const types = seen(run, 'exec.model_type').map(({ model_type = null, cnt = null }) => ({
          model_type,
          cnt,
        }));
        expect(sorted(types)).toEqual(sorted(await reference(MODEL_TYPES)));

        const weights = seen(run, 'exec.blend_weights').map(
          ({ w_model_text: w_model = null, w_window_text: w_window = null, cnt = null }) => ({
            w_model,
            w_window,
            cnt,
          }),
        );
        expect(sorted(weights)).toEqual(sorted(await reference(WEIGHTS)));

        const [gate] = seen(run, 'risk.decisions');
        const counted = [
          { decision: 'PASSED', cnt: gate?.['passed'] ?? null },
          { decision: 'ADJUSTED', cnt: gate?.['adjusted'] ?? null },
          { decision: 'BLOCKED', cnt: gate?.['blocked'] ?? null },
        ].filter(({ cnt }) => cnt !== 0);
        expect(sorted(counted)).toEqual(sorted(await reference(DECISIONS)));
        expect(run.checks.filter(({ outcome }) => outcome === 'ERROR')).toEqual([]);
      },
    ),
    { numRuns: 60, seed: 20260301 },
  );
});
