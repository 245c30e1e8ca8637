/** The model's inputs, in order: columns of `sync_records`. */
export const FEATURES = [
  'bn_obi_5',
  'bn_obi_10',
  'bn_spread_bps',
  'bn_bid_volume',
  'bn_ask_volume',
  'bn_momentum',
  'bn_price_change_1s',
  'bn_price_change_5s',
] as const;

/** What the training writes beside a model, as `NAME.meta.json`. */
export interface ModelMeta {
  version: string;
  horizon: '5m' | '15m';
  input_dim: number;
  /** In the order of the inputs. */
  features: string[];
  metrics: { 'acc_at_0.5': number; brier: number; log_loss: number; auc: number };
  rows: number;
  /** RFC 3339. */
  trained_from: string;
  trained_to: string;
  trained_at: string;
}
