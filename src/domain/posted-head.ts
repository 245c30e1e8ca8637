/** The head of the audit trail as a channel is told it. */
export interface PostedHead {
  /** In UTC, `2026-03-01`. */
  readonly day: string;
  /** As the export has them: one head a strategy, and behind them the signature. */
  readonly lines: readonly string[];
  /** SHA-256 of the public half of the key that signed it. */
  readonly fingerprint: string;
}
