import type { CheckMode, Outcome } from './outcome.js';

export const VERDICTS = ['GO', 'GO_WITH_WARNINGS', 'HOLD', 'NO_GO'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** A verdict older than this is no longer a basis for a decision. */
export const DEFAULT_VERDICT_TTL_MS = 10 * 60_000;

export interface DecidingResult {
  readonly mode: CheckMode;
  readonly outcome: Outcome;
}

/**
 * The verdict over a run's checks: the worst deciding outcome wins and nothing offsets a FAIL.
 * A run without a deciding check has measured nothing, so it is HOLD.
 */
export function evaluateVerdict(results: readonly DecidingResult[]): Verdict {
  const outcomes = results.filter((result) => result.mode === 'deciding').map((result) => result.outcome);
  if (outcomes.includes('FAIL')) return 'NO_GO';
  if (outcomes.length === 0) return 'HOLD';
  if (outcomes.some((outcome) => outcome !== 'PASS' && outcome !== 'WARN')) return 'HOLD';
  return outcomes.includes('WARN') ? 'GO_WITH_WARNINGS' : 'GO';
}

/**
 * How a verdict stands at `now`. One that would be good for longer than any verdict is was given later than `now`: one of
 * the two clocks is wrong, and it may have been over long ago.
 */
export function freshnessAt(validUntil: Date, now: Date): 'fresh' | 'expired' | 'from_future' {
  const leftMs = validUntil.getTime() - now.getTime();
  if (leftMs > DEFAULT_VERDICT_TTL_MS + CLOCK_TOLERANCE_MS) return 'from_future';
  return leftMs > 0 ? 'fresh' : 'expired';
}

/** By how much the clocks of two bots may differ. */
const CLOCK_TOLERANCE_MS = 2_000;

/** The verdict as it stands at `now`: one that has expired, or whose expiry cannot be read or be true, allows nothing. */
export function verdictAt(verdict: Verdict, validUntil: Date, now: Date): Verdict {
  if (verdict === 'NO_GO' || freshnessAt(validUntil, now) === 'fresh') return verdict;
  return 'HOLD';
}

/** The verdict of a stored run as it stands at `now`: one that has expired, or that later knowledge revoked, allows nothing. */
export function verdictNow(run: JudgedRun, now: Date): Verdict {
  const verdict = verdictAt(run.verdict, new Date(run.validUntil), now);
  return run.revokedBy === undefined || verdict === 'NO_GO' ? verdict : 'HOLD';
}

interface JudgedRun {
  readonly verdict: Verdict;
  /** RFC 3339. */
  readonly validUntil: string;
  /** A later run that is worse. */
  readonly revokedBy?: object | undefined;
}
