import { randomUUID } from 'node:crypto';
import { insertExecution, type Order } from './orders.js';
import { HELD_BEATS, pick, type Trader, type TraderOptions } from './ploy-trader.js';
import type { Queryable } from './trading-data/queryable.js';
import { HORIZONS, POLICY_AGENT_ID, TRADED_SYMBOLS } from './trading-data/strategy.js';

interface PolicyTraderOptions
  extends Pick<TraderOptions, 'database' | 'accountId' | 'dryRun' | 'deploymentId' | 'now' | 'random'> {
  readonly policyVersion: string;
  readonly closeOnly: () => boolean;
}

/** Trades as the second strategy does: its word is that of an entry and of an exit, and `is_buy` tells them apart. */
export function createPolicyTrader(options: PolicyTraderOptions): Trader {
  const { database, now, random } = options;
  let held: Order[] | undefined;

  function proposeEntry(): Order {
    const { symbol, coin } = pick(TRADED_SYMBOLS, random);
    const { horizon, seconds } = pick(HORIZONS, random);
    const opened = Math.floor(now().getTime() / 1000 / seconds) * seconds;
    return {
      agentId: POLICY_AGENT_ID,
      accountId: options.accountId,
      dryRun: options.dryRun,
      intentId: randomUUID(),
      marketSlug: `${coin}-updown-${horizon}-${opened}`,
      side: random() < 0.5 ? 'UP' : 'DOWN',
      isBuy: true,
      shares: 5 + Math.floor(random() * 20),
      price: Number((0.4 + random() * 0.2).toFixed(2)),
      metadata: {
        strategy: POLICY_AGENT_ID,
        signal_type: POLICY_AGENT_ID,
        symbol,
        policy_version: options.policyVersion,
        deployment_id: options.deploymentId,
      },
    };
  }

  return {
    async runCycle() {
      // What an earlier process has left open is this one's to close.
      held ??= [...(await openEntries(database, options))];
      const isClosing = options.closeOnly();
      const oldest = isClosing || held.length >= HELD_BEATS ? held.shift() : undefined;
      if (oldest !== undefined)
        await insertExecution(database, { ...oldest, intentId: randomUUID(), isBuy: false }, now());
      if (isClosing) return;
      const entry = proposeEntry();
      await insertExecution(database, entry, now());
      held.push(entry);
    },
  };
}

/** Those of its last minutes that have no exit, the oldest first. */
async function openEntries(
  database: Queryable,
  { accountId, dryRun }: Pick<PolicyTraderOptions, 'accountId' | 'dryRun'>,
): Promise<readonly Order[]> {
  const { rows } = await database.query(
    `SELECT intent_id AS "intentId", market_slug AS "marketSlug", market_side AS side, shares, limit_price AS price,
       metadata
     FROM agent_order_executions e
     WHERE agent_id = $1 AND account_id = $2 AND dry_run = $3 AND is_buy AND executed_at > now() - interval '10 minutes'
       AND NOT EXISTS (SELECT FROM agent_order_executions x
                       WHERE x.agent_id = $1 AND x.account_id = $2 AND NOT x.is_buy AND x.executed_at >= e.executed_at
                         AND x.market_slug = e.market_slug AND x.market_side = e.market_side AND x.shares = e.shares)
     ORDER BY executed_at LIMIT 20`,
    [POLICY_AGENT_ID, accountId, dryRun],
  );
  return rows.map((row) => ({
    ...{ agentId: POLICY_AGENT_ID, accountId, dryRun, isBuy: true, intentId: String(row['intentId']) },
    ...{ marketSlug: String(row['marketSlug']), side: row['side'] === 'UP' ? 'UP' : 'DOWN' },
    ...{
      shares: Number(row['shares']),
      price: Number(row['price']),
      metadata: row['metadata'] as Order['metadata'],
    },
  }));
}
