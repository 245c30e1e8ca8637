/** The names and figures that the simulated hosts, the collector and the seeded history share. */

export const AGENT_ID = 'crypto_lob_ml';
/** The second strategy: one word for the agent and for the kind of its orders. */
export const POLICY_AGENT_ID = 'crypto_rl_policy';
export const DOMAIN = 'crypto';

/** What the simulated hosts run when they are laid out. */
export const FIRST_MODEL_VERSION = 'lob-tcn-5m-v3';
export const PREVIOUS_MODEL_VERSION = 'lob-tcn-5m-v2';

export interface TradedSymbol {
  readonly symbol: string;
  /** As it stands in a market's slug. */
  readonly coin: string;
  /** US dollars around which the simulated price moves. */
  readonly basePrice: number;
  /** Radians: keeps the symbols' prices from moving in step. */
  readonly phase: number;
}

export const TRADED_SYMBOLS: readonly TradedSymbol[] = [
  { symbol: 'BTCUSDT', coin: 'btc', basePrice: 97_000, phase: 0 },
  { symbol: 'ETHUSDT', coin: 'eth', basePrice: 3_400, phase: 1.3 },
  { symbol: 'SOLUSDT', coin: 'sol', basePrice: 190, phase: 2.9 },
  { symbol: 'XRPUSDT', coin: 'xrp', basePrice: 2.3, phase: 4.4 },
];

export const HORIZONS = [
  { horizon: '5m', seconds: 300 },
  { horizon: '15m', seconds: 900 },
] as const;

/** The account that a target's orders are booked on. */
export function accountOf(workload: string): string {
  return `acct-${workload}`;
}
