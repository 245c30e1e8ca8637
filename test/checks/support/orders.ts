import { randomUUID } from 'node:crypto';
import type pg from 'pg';

/** Any JSON: also what no metadata should be. */
export type Metadata = Readonly<Record<string, unknown>> | string | number | readonly unknown[] | null;

export const ENTRY = {
  signal_type: 'crypto_lob_ml_entry',
  model_type: 'onnx',
  model_version: 'v2',
  p_up_model: '0.61',
  p_up_blended: '0.59',
  p_up_blend_w_model: '0.900000',
  p_up_blend_w_window: '0.100000',
};
export const EXIT = { ...ENTRY, signal_type: 'crypto_lob_ml_exit' };

export interface OrderRow {
  readonly at: Date;
  readonly metadata?: Metadata;
  readonly agentId?: string;
  readonly accountId?: string;
  readonly orderId?: string;
  readonly intentId?: string;
  readonly status?: string | null;
  readonly dryRun?: boolean | null;
  readonly isBuy?: boolean | null;
}

export async function insertOrder(pool: pg.Pool, row: OrderRow): Promise<void> {
  const { at, metadata = ENTRY, agentId = 'crypto_lob_ml', accountId = 'acct-live', orderId = null } = row;
  const { intentId = randomUUID(), status = 'Filled', dryRun = false } = row;
  const { isBuy = !JSON.stringify(metadata).includes(EXIT.signal_type) } = row;
  await pool.query(
    `INSERT INTO agent_order_executions (account_id, agent_id, intent_id, order_id, metadata, executed_at, status,
       dry_run, is_buy)
     VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9)`,
    [
      ...[accountId, agentId, intentId, orderId, metadata === null ? null : JSON.stringify(metadata), at],
      ...[status, dryRun, isBuy],
    ],
  );
}

export interface DecisionRow {
  readonly at: Date;
  readonly decision?: 'PASSED' | 'BLOCKED' | 'ADJUSTED';
  readonly reason?: string;
  /** Of the first; the others have intents of their own. */
  readonly intentId?: string;
  readonly agentId?: string;
  readonly accountId?: string;
}

export async function insertDecisions(pool: pg.Pool, count: number, row: DecisionRow): Promise<void> {
  const { at, decision = 'PASSED', reason = null, agentId = 'crypto_lob_ml', accountId = 'acct-live' } = row;
  await pool.query(
    `INSERT INTO risk_gate_decisions (account_id, decided_at, intent_id, agent_id, decision, block_reason)
     SELECT $1, $2, CASE n WHEN 1 THEN COALESCE($7::uuid, gen_random_uuid()) ELSE gen_random_uuid() END, $3, $4, $5
     FROM generate_series(1, $6::int) n`,
    [accountId, at, agentId, decision, reason, count, row.intentId ?? null],
  );
}

/** An order after the decision of its own intent. */
export async function insertDecidedOrder(pool: pg.Pool, row: OrderRow): Promise<void> {
  const intentId = randomUUID();
  await insertDecisions(pool, 1, { at: new Date(row.at.getTime() - 1000), intentId });
  await insertOrder(pool, { ...row, intentId });
}
