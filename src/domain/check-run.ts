import type { ChartFigures } from './chart.js';
import type { CriterionResult } from './criterion.js';
import type { Localized } from './localized.js';
import type { CheckMode, Outcome, RunKind } from './outcome.js';
import type { Reason } from './reason.js';
import type { Verdict } from './verdict.js';

/** A scalar as a probe hands it on. Times are RFC 3339 text; NaN and infinities have become null. */
type Scalar = string | number | boolean | null;
export type ObservedValue = Scalar | readonly ObservedValue[] | { readonly [key: string]: ObservedValue };

/** One row of what a probe saw. A probe never says whether that is good. */
export type ObservedRow = { readonly [column: string]: ObservedValue };

/**
 * Why a window begins where it does: at the start of the present process, at the full look-back because that process
 * is older, or at the full look-back because nobody knows when it started.
 */
export const WINDOW_BASES = ['process_start', 'look_back', 'start_unknown', 'halt'] as const;

export interface ObservedWindow {
  readonly from: string;
  readonly to: string;
  readonly basis?: (typeof WINDOW_BASES)[number];
  /** Hosts whose process is stopped, or whose start could not be read. */
  readonly hostsWithoutStart?: readonly string[];
}

/** Within the window of an earlier run that passed; or, where there is none, directly before the present window. */
export const BASELINE_BASES = ['passed_run', 'before_window'] as const;

export interface ObservedBaseline {
  readonly from: string;
  readonly to: string;
  readonly basis: (typeof BASELINE_BASES)[number];
  /** The run that passed. */
  readonly runId?: string;
}

/** Where a result comes from, so that a person can look for themselves. Never holds a secret. */
export interface Evidence {
  /** The kind of probe, by its name in the registry of kinds. */
  readonly probe: string;
  /** The statement as it was sent, with `$1…` in the place of values. */
  readonly sql?: string;
  readonly parameters?: readonly ObservedValue[];
  /** SHA-256 of the statement or the file, in hex. */
  readonly sha256?: string;
  /** Host names, where the probe looked at hosts. */
  readonly hosts?: readonly string[];
  /** The span of time that was looked at, RFC 3339. */
  readonly window?: ObservedWindow;
  /** The earlier span of the same length that it was compared with. */
  readonly baseline?: ObservedBaseline;
  /** Further statements that a person can ask for, by name (e.g. an unbounded total). */
  readonly onDemand?: readonly string[];
}

export interface CheckResult {
  readonly id: string;
  /** The checklist's own number, e.g. `2.2-A`. */
  readonly section: string;
  readonly title: Localized;
  readonly mode: CheckMode;
  readonly outcome: Outcome;
  /** Why, as a code from one closed list, with the values that the sentence needs. */
  readonly reason: Reason;
  /** The runbook's own sentences about the rows that matter, where it has a text for them. */
  readonly says: readonly Localized[];
  /** What a person does about it, where something is wrong. */
  readonly remedy?: Localized;
  readonly observed: readonly ObservedRow[];
  /** The conditions as text, with the values of their parameters. */
  readonly expected: string;
  readonly evidence: Evidence;
  /** RFC 3339. */
  readonly observedAt: string;
  readonly durationMs: number;
  /** Set: not run again but taken from this earlier run, in which it was still fresh. */
  readonly reusedFrom?: { readonly runId: string; readonly kind: RunKind };
}

/** Who asked. `id` is a Slack user id, or the account's name in a terminal. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly surface: 'slack' | 'terminal';
}

export interface CheckRun {
  readonly runId: string;
  readonly strategy: string;
  readonly target: string;
  readonly kind: RunKind;
  readonly verdict: Verdict;
  readonly requestedBy: Person;
  /** RFC 3339. */
  readonly startedAt: string;
  /** RFC 3339: when the last observation was in. */
  readonly asOf: string;
  /** RFC 3339. */
  readonly validUntil: string;
  readonly durationMs: number;
  /** SHA-256 of the runbook file, in hex. */
  readonly runbookSha256: string;
  /** It judged what a release plans, not what stands. */
  readonly planned?: true;
  /** It looked at some of the target's hosts only (a canary), so it says nothing of the target as a whole. */
  readonly partial?: true;
  readonly checks: readonly CheckResult[];
  /** The criteria of the decision, where the run is one (`gonogo`). */
  readonly criteria?: readonly CriterionResult[];
  readonly charts?: readonly ChartFigures[];
}
