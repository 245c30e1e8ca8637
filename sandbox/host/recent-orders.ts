import type { HostFault } from './faults.js';
import { inSession, inTransaction } from './incident-session.js';
import { falsify, STORM_REASON, TRUTH_KEY } from './order-faults.js';
import type { OrderMetadata } from './trading-data/order-metadata.js';
import { AGENT_ID } from './trading-data/strategy.js';

/**
 * Changes what the strategy has recorded since a moment, so that an incident looks as if it had begun a while ago, and
 * takes it back when it has ended.
 */
export interface RecentOrders {
  /** The last entries of a host look as the faults would have left them. @returns how many. */
  falsifyLast(host: string, since: Date, faults: ReadonlySet<HostFault>): Promise<number>;
  /** Every order of a host that was falsified looks as the remaining faults leave it. */
  restore(host: string, remaining: ReadonlySet<HostFault>): Promise<void>;
  /** For every decision of the account nine intents more were blocked, and a burst of them just now. */
  block(accountId: string, since: Date): Promise<void>;
  unblock(accountId: string): Promise<void>;
  /** The account's entries, and what the risk gate said to them, are set aside. */
  silence(accountId: string, since: Date): Promise<void>;
  unsilence(accountId: string): Promise<void>;
  /** What the risk gate said to the account is set aside, and its orders stay. */
  ungate(accountId: string, since: Date): Promise<void>;
  /** The decisions are put back; orders that went around the gate get one after all. */
  regate(accountId: string, since: Date): Promise<void>;
}

const SILENCED = `${AGENT_ID} (set aside)`;
const UNGATED = `${AGENT_ID} (ungated)`;

const LAST_ENTRIES = `
SELECT id, metadata FROM agent_order_executions
WHERE agent_id = $1 AND is_buy AND metadata->>'deployment_id' = $2 AND executed_at >= $3
ORDER BY executed_at DESC LIMIT 3`;

const FALSIFIED = `
SELECT id, metadata FROM agent_order_executions
WHERE agent_id = $1 AND metadata->>'deployment_id' = $2 AND metadata ? $3`;

const BLOCK = `
INSERT INTO risk_gate_decisions (account_id, decided_at, intent_id, agent_id, domain, decision, block_reason,
  notional_value, config_hash, metadata)
SELECT d.account_id, b.at, gen_random_uuid(), d.agent_id, d.domain, 'BLOCKED', $4, d.notional_value, d.config_hash,
  d.metadata
FROM (
  SELECT id, decided_at AS at FROM risk_gate_decisions CROSS JOIN generate_series(1, 9)
  WHERE agent_id = $1 AND account_id = $2 AND decision <> 'BLOCKED' AND decided_at >= $3
  UNION ALL
  SELECT last.id, now() - make_interval(secs => 0.03 * n) FROM generate_series(1, 30) AS n CROSS JOIN LATERAL (
    SELECT id FROM risk_gate_decisions WHERE agent_id = $1 AND account_id = $2 ORDER BY decided_at DESC LIMIT 1) AS last
) AS b JOIN risk_gate_decisions d USING (id)`;

const UNBLOCK = `
DELETE FROM risk_gate_decisions WHERE agent_id = $1 AND account_id = $2 AND block_reason = $3`;

const SILENCE = `
WITH entry AS (
  UPDATE agent_order_executions SET agent_id = $4
  WHERE agent_id = $1 AND account_id = $2 AND executed_at >= $3 AND is_buy)
UPDATE risk_gate_decisions SET agent_id = $4
WHERE agent_id = $1 AND account_id = $2 AND decided_at >= $3 AND metadata->>'signal_type' LIKE '%entry'`;

const UNSILENCE = `
WITH entry AS (
  UPDATE agent_order_executions SET agent_id = $1 WHERE agent_id = $3 AND account_id = $2)
UPDATE risk_gate_decisions SET agent_id = $1 WHERE agent_id = $3 AND account_id = $2`;

const UNGATE = `
UPDATE risk_gate_decisions SET agent_id = $4
WHERE agent_id = $1 AND account_id = $2 AND decided_at >= $3`;

const REGATE = `
WITH back AS (
  UPDATE risk_gate_decisions SET agent_id = $1 WHERE agent_id = $4 AND account_id = $2)
INSERT INTO risk_gate_decisions (account_id, decided_at, intent_id, agent_id, domain, decision, notional_value, config_hash,
  metadata)
SELECT e.account_id, e.executed_at, e.intent_id, e.agent_id, e.domain, 'PASSED', e.shares * e.limit_price,
  e.metadata->>'config_hash', jsonb_build_object('signal_type', e.metadata->>'signal_type', 'symbol', e.metadata->>'symbol')
FROM agent_order_executions e
WHERE e.agent_id = $1 AND e.account_id = $2 AND e.executed_at >= $3
  AND NOT EXISTS (SELECT 1 FROM risk_gate_decisions d WHERE d.intent_id = e.intent_id)`;

export function createRecentOrders(databaseUrl: string): RecentOrders {
  const change = async (statement: string, values: unknown[]): Promise<void> => {
    await inSession(databaseUrl, (client) => client.query(statement, values));
  };
  const rewrite = (select: string, values: unknown[], faults: ReadonlySet<HostFault>) =>
    inTransaction(databaseUrl, async (client) => {
      const { rows } = await client.query<{ id: string; metadata: OrderMetadata }>(select, values);
      for (const { id, metadata } of rows)
        await client.query('UPDATE agent_order_executions SET metadata = $2 WHERE id = $1', [
          id,
          falsify(metadata, faults),
        ]);
      return rows.length;
    });
  return {
    falsifyLast: (host, since, faults) => rewrite(LAST_ENTRIES, [AGENT_ID, host, since], faults),
    async restore(host, remaining) {
      await rewrite(FALSIFIED, [AGENT_ID, host, TRUTH_KEY], remaining);
    },
    block: (accountId, since) => change(BLOCK, [AGENT_ID, accountId, since, STORM_REASON]),
    unblock: (accountId) => change(UNBLOCK, [AGENT_ID, accountId, STORM_REASON]),
    silence: (accountId, since) => change(SILENCE, [AGENT_ID, accountId, since, SILENCED]),
    unsilence: (accountId) => change(UNSILENCE, [AGENT_ID, accountId, SILENCED]),
    ungate: (accountId, since) => change(UNGATE, [AGENT_ID, accountId, since, UNGATED]),
    regate: (accountId, since) => change(REGATE, [AGENT_ID, accountId, since, UNGATED]),
  };
}
