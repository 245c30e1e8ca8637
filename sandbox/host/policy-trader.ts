import { randomUUID } from 'node:crypto';
import { insertExecution, type Order } from './orders.js';
import { HELD_BEATS, pick, type Trader, type TraderOptions } from './ploy-trader.js';
import { HORIZONS, POLICY_AGENT_ID, TRADED_SYMBOLS } from './trading-data/strategy.js';

interface PolicyTraderOptions
  extends Pick<TraderOptions, 'database' | 'accountId' | 'dryRun' | 'deploymentId' | 'now' | 'random'> {
  readonly policyVersion: string;
}

/** Trades as the second strategy does: its word is that of an entry and of an exit, and `is_buy` tells them apart. */
export function createPolicyTrader(options: PolicyTraderOptions): Trader {
  const { database, now, random } = options;
  const held: Order[] = [];

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
      const oldest = held.length >= HELD_BEATS ? held.shift() : undefined;
      if (oldest !== undefined)
        await insertExecution(database, { ...oldest, intentId: randomUUID(), isBuy: false }, now());
      const entry = proposeEntry();
      await insertExecution(database, entry, now());
      held.push(entry);
    },
  };
}
