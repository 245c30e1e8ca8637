import type { Sentence } from './sentence.js';

/** What `doctor` looked at, and how it stands. */
export interface Diagnosis {
  /** e.g. `trading database`, `host live-1`. */
  readonly subject: Sentence;
  readonly state: 'ok' | 'warning' | 'fault';
  /** What was seen. Never a secret. */
  readonly seen: Sentence;
  /** The way out; undefined where nothing is wrong. */
  readonly wayOut?: Sentence;
  /** It gives no answer now, and may in a minute. */
  readonly isAway?: true;
}
