import type { Outcome } from '../src/domain/outcome.js';
import type { Verdict } from '../src/domain/verdict.js';

/** Never alone: a word always stands beside a symbol. */
export const VERDICT_SYMBOL: Readonly<Record<Verdict, string>> = {
  GO: '✅',
  GO_WITH_WARNINGS: '⚠️',
  HOLD: '⏸️',
  NO_GO: '⛔',
};

export const OUTCOME_SYMBOL: Readonly<Record<Outcome, string>> = {
  PASS: '✓',
  WARN: '⚠',
  FAIL: '✗',
  INCONCLUSIVE: '?',
  ERROR: '!',
  SKIPPED: '–',
};
