import { createHash } from 'node:crypto';
import type { OrderMetadata } from './trading-data/order-metadata.js';
import type { Queryable } from './trading-data/queryable.js';
import { DOMAIN } from './trading-data/strategy.js';

export interface Order {
  readonly agentId: string;
  readonly accountId: string;
  readonly dryRun: boolean;
  readonly intentId: string;
  readonly marketSlug: string;
  readonly side: 'UP' | 'DOWN';
  readonly isBuy: boolean;
  readonly shares: number;
  readonly price: number;
  readonly metadata: OrderMetadata;
}

export interface RiskDecision {
  readonly decision: 'PASSED' | 'ADJUSTED' | 'BLOCKED';
  readonly blockReason?: string;
  readonly configHash: string;
}

const INSERT_DECISION = `
INSERT INTO risk_gate_decisions (account_id, decided_at, intent_id, agent_id, domain, decision, block_reason,
  suggestion_max_shares, suggestion_reason, notional_value, config_hash, metadata)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`;

export async function insertDecision(
  database: Queryable,
  order: Order,
  decided: RiskDecision,
  at: Date,
): Promise<void> {
  const isAdjusted = decided.decision === 'ADJUSTED';
  await database.query(INSERT_DECISION, [
    order.accountId,
    at,
    order.intentId,
    order.agentId,
    DOMAIN,
    decided.decision,
    decided.blockReason ?? null,
    isAdjusted ? Math.floor(order.shares / 2) : null,
    isAdjusted ? 'position_limit' : null,
    order.shares * order.price,
    decided.configHash,
    { signal_type: order.metadata.signal_type, symbol: order.metadata.symbol },
  ]);
}

const INSERT_EXECUTION = `
INSERT INTO agent_order_executions (account_id, agent_id, intent_id, domain, market_slug, token_id, market_side,
  is_buy, shares, limit_price, order_id, status, filled_shares, avg_fill_price, elapsed_ms, dry_run,
  intent_created_at, metadata, executed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'filled', $9, $10, 85, $12, $13, $14, $13)`;

/** The token of one side of a market, as the settlements name it. */
export function tokenId(marketSlug: string, side: 'UP' | 'DOWN'): string {
  return createHash('md5')
    .update(`${marketSlug}:${side === 'UP' ? 'Up' : 'Down'}`)
    .digest('hex');
}

export async function insertExecution(database: Queryable, order: Order, at: Date): Promise<void> {
  await database.query(INSERT_EXECUTION, [
    order.accountId,
    order.agentId,
    order.intentId,
    DOMAIN,
    order.marketSlug,
    tokenId(order.marketSlug, order.side),
    order.side,
    order.isBuy,
    order.shares,
    order.price,
    `ord-${order.intentId.slice(0, 12)}`,
    order.dryRun,
    at,
    order.metadata,
  ]);
}
