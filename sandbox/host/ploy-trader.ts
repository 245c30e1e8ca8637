import { createHash, randomUUID } from 'node:crypto';
import type { HostFault } from './faults.js';
import { falsify, STORM_REASON } from './order-faults.js';
import { insertDecision, insertExecution, type Order } from './orders.js';
import type { PloyConfig } from './ploy-config.js';
import { entryMetadata, exitMetadata } from './trading-data/order-metadata.js';
import type { Queryable } from './trading-data/queryable.js';
import { AGENT_ID, HORIZONS, TRADED_SYMBOLS } from './trading-data/strategy.js';

export interface TraderOptions {
  readonly database: Queryable;
  readonly config: PloyConfig;
  /** undefined: the strategy is off. */
  readonly model: { readonly inputDim: number; readonly sha256: string } | undefined;
  readonly accountId: string;
  readonly dryRun: boolean;
  readonly deploymentId: string;
  readonly faults: () => ReadonlySet<HostFault>;
  readonly now: () => Date;
  /** 0 to 1, as Math.random. */
  readonly random: () => number;
}

export interface Trader {
  /** Closes what was held long enough, then asks for one new entry. */
  runCycle(): Promise<void>;
}

interface OpenPosition {
  readonly entry: Order;
  readonly openedAt: Date;
}

/** Cycles that a position is held. */
export const HELD_BEATS = 4;

export function pick<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('There is nothing to pick from.');
  return item;
}

/** Trades as the strategy does: intent, risk gate, executor; each leaves its row. */
export function createTrader(options: TraderOptions): Trader {
  const { config, database, model } = options;
  const open: OpenPosition[] = [];
  const configHash = createHash('sha256')
    .update(JSON.stringify([config, model?.sha256]))
    .digest('hex')
    .slice(0, 16);

  async function close(position: OpenPosition, faults: ReadonlySet<HostFault>): Promise<void> {
    const { entry } = position;
    const heldSecs = Math.round((options.now().getTime() - position.openedAt.getTime()) / 1000);
    const order: Order = {
      ...entry,
      intentId: randomUUID(),
      isBuy: false,
      metadata: exitMetadata(entry.metadata, { reason: config.exitMode, heldSecs }),
    };
    if (!faults.has('no_decisions'))
      await insertDecision(database, order, { decision: 'PASSED', configHash }, options.now());
    await insertExecution(database, order, options.now());
  }

  async function enter(faults: ReadonlySet<HostFault>): Promise<void> {
    const order = proposeEntry(faults);
    if (!faults.has('no_decisions')) {
      const decision = decide(faults);
      await insertDecision(database, order, { ...decision, configHash }, options.now());
      if (decision.decision === 'BLOCKED') return;
    }
    await insertExecution(database, order, options.now());
    open.push({ entry: order, openedAt: options.now() });
  }

  function decide(faults: ReadonlySet<HostFault>) {
    const roll = options.random();
    if (roll < (faults.has('block_storm') ? 0.95 : 0.06)) {
      const reason = faults.has('block_storm') ? STORM_REASON : 'market_cooldown';
      return { decision: 'BLOCKED', blockReason: reason } as const;
    }
    return { decision: roll > 0.95 ? 'ADJUSTED' : 'PASSED' } as const;
  }

  function proposeEntry(faults: ReadonlySet<HostFault>): Order {
    const { random } = options;
    const traded = pick(TRADED_SYMBOLS, random);
    const { horizon, seconds } = pick(HORIZONS, random);
    const epoch = Math.floor(options.now().getTime() / 1000);
    const marketSlug = `${traded.coin}-updown-${horizon}-${Math.floor(epoch / seconds) * seconds}`;
    const probability = 0.25 + random() * 0.5;
    const side = probability >= 0.5 ? 'UP' : 'DOWN';
    const fair = Math.max(probability, 1 - probability);
    const price = Number((fair - 0.04 - random() * 0.08).toFixed(2));
    const shares = 10 + Math.floor(random() * 90);
    const metadata = entryMetadata({
      symbol: traded.symbol,
      coin: traded.coin,
      horizon,
      marketSlug,
      side,
      price,
      shares,
      spotPrice: traded.basePrice,
      probabilities: { model: probability, window: 0.5 },
      windowElapsedSecs: epoch % seconds,
      strategy: {
        ...config,
        inputDim: model?.inputDim ?? 0,
        windowWeight: config.windowFallbackWeight,
        configHash,
        deploymentId: options.deploymentId,
      },
    });
    return {
      agentId: AGENT_ID,
      accountId: options.accountId,
      dryRun: options.dryRun,
      intentId: randomUUID(),
      marketSlug,
      side,
      isBuy: true,
      shares,
      price,
      metadata: falsify(metadata, faults),
    };
  }

  return {
    async runCycle() {
      if (model === undefined) return;
      const faults = options.faults();
      if (open.length >= HELD_BEATS) {
        const oldest = open.shift();
        if (oldest !== undefined) await close(oldest, faults);
      }
      if (!faults.has('no_entries')) await enter(faults);
    },
  };
}
