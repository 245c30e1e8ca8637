import type { CheckResult } from './check-run.js';
import type { Localized } from './localized.js';
import type { CheckMode, Outcome } from './outcome.js';
import type { EmptyPart, MutantChange } from './unproved.js';
import type { Verdict } from './verdict.js';

export interface Counts {
  readonly resting: number;
  readonly open: number;
}

/** What a halt sees of a table of orders whose state is known. */
export interface HaltResult {
  readonly name: string;
  /** Orders that can still fill, and positions without an exit. */
  readonly expected: Counts;
  readonly seen: Counts;
  readonly agrees: boolean;
}

/** What a case came to. */
export interface CaseResult {
  readonly name: string;
  readonly expected: Exclude<Outcome, 'SKIPPED'>;
  readonly result: CheckResult;
  /** The verdict of a run that holds this check alone. */
  readonly verdict: Verdict;
  /** The outcome is the expected one, and a failure of a deciding check alone is a NO-GO. */
  readonly agrees: boolean;
  /** It says what counts beside other bounds than the runbook's, and nothing of those. */
  readonly hasOwnBounds: boolean;
}

/**
 * `proved`: it failed where it must fail, passed where it must pass, and every other case came out as written.
 * `unproved`: it has no failing or no passing case. `disproved`: a case came out otherwise.
 */
const PROOF_STATES = ['proved', 'unproved', 'disproved'] as const;

export type ProofState = (typeof PROOF_STATES)[number];

export interface CheckProof {
  readonly check: string;
  readonly section: string;
  readonly title: Localized;
  readonly mode: CheckMode;
  readonly state: ProofState;
  readonly cases: readonly CaseResult[];
}

export interface SelfTestReport {
  readonly strategy: string;
  readonly runbookSha256: string;
  readonly casesFile: string;
  /** One for each check, in the order of the runbook. Those in shadow are shown, and nothing is asked of them. */
  readonly proofs: readonly CheckProof[];
  /** Parts of the runbook in which no check decides. */
  readonly empty: readonly EmptyPart[];
  /** What a halt has seen of orders whose state is known. */
  readonly halts: readonly HaltResult[];
  /** How many spoiled copies of deciding checks were tried. */
  readonly mutants: number;
  /** Those of them that no case notices: nothing shows what was changed to matter. */
  readonly unnoticed: readonly { readonly checks: readonly string[]; readonly change: MutantChange }[];
  /** Every deciding check is proved, and there is one wherever something is decided. */
  readonly isProved: boolean;
  readonly durationMs: number;
}
