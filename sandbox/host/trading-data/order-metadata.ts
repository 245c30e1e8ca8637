/** What one entry was decided from. */
export interface EntryFacts {
  readonly symbol: string;
  readonly coin: string;
  readonly horizon: '5m' | '15m';
  readonly marketSlug: string;
  readonly side: 'UP' | 'DOWN';
  readonly price: number;
  readonly shares: number;
  readonly spotPrice: number;
  readonly probabilities: { readonly model: number; readonly window: number };
  readonly windowElapsedSecs: number;
  readonly strategy: StrategyFacts;
}

/** What all orders of one process have in common. */
export interface StrategyFacts {
  readonly modelType: string;
  readonly modelVersion: string | undefined;
  readonly inputDim: number;
  /** Weight of the window's estimate, 0 to 1; the model's is 1 minus it. */
  readonly windowWeight: number;
  readonly exitMode: string;
  readonly entrySidePolicy: string;
  readonly entryEarlyWindowSecs5m: number;
  readonly evExitBuffer: number;
  readonly configHash: string;
  readonly deploymentId: string;
}

export type OrderMetadata = Record<string, string>;

function decimal(value: number, digits = 6): string {
  return value.toFixed(digits);
}

function strategyMetadata(strategy: StrategyFacts): OrderMetadata {
  return {
    strategy: 'crypto_lob_ml',
    model_type: strategy.modelType,
    ...(strategy.modelVersion === undefined ? {} : { model_version: strategy.modelVersion }),
    model_input_dim: String(strategy.inputDim),
    p_up_blend_w_model: decimal(1 - strategy.windowWeight),
    p_up_blend_w_window: decimal(strategy.windowWeight),
    exit_mode: strategy.exitMode,
    entry_side_policy: strategy.entrySidePolicy,
    entry_early_window_secs_5m: String(strategy.entryEarlyWindowSecs5m),
    ev_exit_buffer: decimal(strategy.evExitBuffer),
    config_hash: strategy.configHash,
    deployment_id: strategy.deploymentId,
  };
}

function marketMetadata(entry: EntryFacts): OrderMetadata {
  const windowSecs = entry.horizon === '5m' ? 300 : 900;
  return {
    symbol: entry.symbol,
    coin: entry.coin,
    horizon: entry.horizon,
    market_slug: entry.marketSlug,
    market_side: entry.side,
    window_secs: String(windowSecs),
    window_elapsed_secs: String(entry.windowElapsedSecs),
    window_remaining_secs: String(windowSecs - entry.windowElapsedSecs),
    window_open_price: decimal(entry.spotPrice * 0.9993),
    window_move_pct: decimal(0.07),
    spot_price: decimal(entry.spotPrice),
    best_bid: decimal(entry.spotPrice * 0.99994),
    best_ask: decimal(entry.spotPrice * 1.00006),
    spread_bps: decimal(1.2, 4),
    obi_5: decimal(0.31),
    obi_10: decimal(0.27),
    bid_volume: decimal(52.4),
    ask_volume: decimal(31.8),
    price_change_1s: decimal(0.0031),
    price_change_5s: decimal(0.0127),
    momentum: decimal(0.42),
    volatility_60s: decimal(0.00041),
    lob_age_ms: '180',
    quote_age_ms: '240',
    up_ask: decimal(entry.side === 'UP' ? entry.price : 1.01 - entry.price),
    down_ask: decimal(entry.side === 'DOWN' ? entry.price : 1.01 - entry.price),
  };
}

/** The probability that decides: model first, the window as a small fallback. */
export function blendedProbability(entry: EntryFacts): number {
  const { windowWeight } = entry.strategy;
  return (1 - windowWeight) * entry.probabilities.model + windowWeight * entry.probabilities.window;
}

/** The metadata of an entry, as the trading system writes it: every value is text. */
export function entryMetadata(entry: EntryFacts): OrderMetadata {
  const blended = blendedProbability(entry);
  const fair = entry.side === 'UP' ? blended : 1 - blended;
  return {
    signal_type: 'crypto_lob_ml_entry',
    ...strategyMetadata(entry.strategy),
    ...marketMetadata(entry),
    p_up_model: decimal(entry.probabilities.model),
    p_up_window: decimal(entry.probabilities.window),
    p_up_blended: decimal(blended),
    signal_edge: decimal(fair - entry.price),
    signal_confidence: decimal(Math.abs(blended - 0.5) * 2),
    fair_value: decimal(fair),
    entry_price: decimal(entry.price),
    fee_rate: decimal(0.01),
    slippage_bps: decimal(8, 2),
    kelly_fraction: decimal(0.05),
    notional_usd: decimal(entry.price * entry.shares, 2),
    requested_shares: String(entry.shares),
    time_in_force: 'FOK',
    intent_reason: 'edge_above_threshold',
  };
}

/** The metadata of the exit that closes an entry. */
export function exitMetadata(
  entry: OrderMetadata,
  exit: { reason: string; heldSecs: number },
): OrderMetadata {
  return {
    ...entry,
    signal_type: 'crypto_lob_ml_exit',
    exit_reason: exit.reason,
    held_secs: String(exit.heldSecs),
    intent_reason: exit.reason,
  };
}
