/**
 * Every reason that a check can end with: one closed list that feeds the messages in each language, the audit
 * trail and the tests. The sentence itself is written in `views/text`.
 */
export const REASON_CODES = [
  'conditions_hold',
  'warning_holds',
  'failure_holds',
  'neither_holds',
  'no_data',
  'keys_missing',
  'condition_error',
  'probe_timeout',
  'probe_refused',
  'probe_failed',
  'not_configured',
  'skipped',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

export interface Reason {
  readonly code: ReasonCode;
  /** What a sentence needs: names, numbers as text, and a fault's code. Never a secret. */
  readonly facts?: Readonly<Record<string, string | number | readonly string[]>>;
}
