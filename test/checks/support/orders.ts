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
}

export async function insertOrder(pool: pg.Pool, row: OrderRow): Promise<void> {
  const { at, metadata = ENTRY, agentId = 'crypto_lob_ml', accountId = 'acct-live', orderId = null } = row;
  await pool.query(
    `INSERT INTO agent_order_executions (account_id, agent_id, intent_id, order_id, metadata, executed_at)
     VALUES ($1, $2, $3, $4, $5::jsonb, $6)`,
    [accountId, agentId, randomUUID(), orderId, metadata === null ? null : JSON.stringify(metadata), at],
  );
}

export interface DecisionRow {
  readonly at: Date;
  readonly decision?: 'PASSED' | 'BLOCKED' | 'ADJUSTED';
  readonly reason?: string;
  readonly agentId?: string;
  readonly accountId?: string;
}

export async function insertDecisions(pool: pg.Pool, count: number, row: DecisionRow): Promise<void> {
  const { at, decision = 'PASSED', reason = null, agentId = 'crypto_lob_ml', accountId = 'acct-live' } = row;
  await pool.query(
    `INSERT INTO risk_gate_decisions (account_id, decided_at, intent_id, agent_id, decision, block_reason)
     SELECT $1, $2, gen_random_uuid(), $3, $4, $5 FROM generate_series(1, $6::int)`,
    [accountId, at, agentId, decision, reason, count],
  );
}
