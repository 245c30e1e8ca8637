import { z } from 'zod';
import { chartSchema } from './chart.js';
import { criterionSchema } from './criterion.js';
import { localizedSchema } from './localized.js';
import { CHECK_MODES, OUTCOMES, type Outcome, RUN_KINDS } from './outcome.js';
import { personSchema } from './person.js';
import { reasonSchema } from './reason.js';
import type { ValueOf } from './value-of.js';
import { VERDICTS } from './verdict.js';

/** What a probe hands on. Times are RFC 3339 text; NaN and infinities have become null. */
const observedValueSchema = z.json();

export type ObservedValue = ValueOf<typeof observedValueSchema>;

/** One row of what a probe saw. A probe never says whether that is good. */
export const observedRowSchema = z.record(z.string(), observedValueSchema);

export type ObservedRow = ValueOf<typeof observedRowSchema>;

const windowSchema = z.object({
  from: z.string(),
  to: z.string(),
  /**
   * Why it begins where it does: at the start of the present process, at the full look-back because that process is
   * older, at the full look-back because nobody knows when it started, or at a halt.
   */
  basis: z.enum(['process_start', 'look_back', 'start_unknown', 'halt']).exactOptional(),
  /** Hosts whose process is stopped, or whose start could not be read. */
  hostsWithoutStart: z.array(z.string()).exactOptional(),
});

export type ObservedWindow = ValueOf<typeof windowSchema>;

const baselineSchema = z.object({
  from: z.string(),
  to: z.string(),
  /** Within the window of an earlier run that passed; or, where there is none, directly before the present window. */
  basis: z.enum(['passed_run', 'before_window']),
  /** The run that passed. */
  runId: z.string().exactOptional(),
  /** It holds too little to compare with (a first release, a pause): the absolute bounds alone decide. */
  isMissing: z.literal(true).exactOptional(),
});

export type ObservedBaseline = ValueOf<typeof baselineSchema>;

/** Where a result comes from, so that a person can look for themselves. Never holds a secret. */
const evidenceSchema = z.object({
  /** The kind of probe, by its name in the registry of kinds. */
  probe: z.string().regex(/^[a-z][a-z_]*$/),
  /** The statement as it was sent, with `$1…` in the place of values. */
  sql: z.string().exactOptional(),
  parameters: z.array(observedValueSchema).exactOptional(),
  /** SHA-256 of the statement or the file, in hex. */
  sha256: z.string().exactOptional(),
  /** Host names, where the probe looked at hosts. */
  hosts: z.array(z.string()).exactOptional(),
  /** The span of time that was looked at, RFC 3339. */
  window: windowSchema.exactOptional(),
  /** The earlier span of the same length that it was compared with. */
  baseline: baselineSchema.exactOptional(),
  /** Further statements that a person can ask for, by name (e.g. an unbounded total). */
  onDemand: z.array(z.string()).exactOptional(),
});

export type Evidence = ValueOf<typeof evidenceSchema>;

export const checkResultSchema = z.object({
  id: z.string(),
  /** The checklist's own number, e.g. `2.2-A`. */
  section: z.string(),
  title: localizedSchema,
  mode: z.enum(CHECK_MODES),
  outcome: z.enum(OUTCOMES),
  /** Why, as a code from one closed list, with the values that the sentence needs. */
  reason: reasonSchema,
  /** What is wrong or missing besides. */
  besides: z.array(reasonSchema).exactOptional(),
  /** The runbook's own sentences about the rows that matter, where it has a text for them. */
  says: z.array(localizedSchema),
  /** What a person does about it, where something is wrong. */
  remedy: localizedSchema.exactOptional(),
  observed: z.array(observedRowSchema),
  /** The conditions as text, with the values of their parameters. */
  expected: z.string(),
  evidence: evidenceSchema,
  /** RFC 3339. */
  observedAt: z.string(),
  durationMs: z.number(),
});

export type CheckResult = ValueOf<typeof checkResultSchema>;

/** Times are RFC 3339. */
export const checkRunSchema = z.object({
  runId: z.uuid(),
  strategy: z.string(),
  target: z.string(),
  kind: z.enum(RUN_KINDS),
  verdict: z.enum(VERDICTS),
  requestedBy: personSchema,
  startedAt: z.string(),
  /** When the last observation was in. */
  asOf: z.string(),
  validUntil: z.string(),
  durationMs: z.number(),
  /** SHA-256 of the runbook file, in hex. */
  runbookSha256: z.string(),
  /** It judged what a release plans, not what stands. */
  planned: z.literal(true).exactOptional(),
  /** It looked at some of the target's hosts or checks only, so it says nothing of the target as a whole. */
  partial: z.literal(true).exactOptional(),
  /** The watch asked for it, and nobody has a report of it. */
  watched: z.literal(true).exactOptional(),
  checks: z.array(checkResultSchema),
  /** The criteria of the decision, where the run is one (`gonogo`). */
  criteria: z.array(criterionSchema).exactOptional(),
  charts: z.array(chartSchema).exactOptional(),
});

export type CheckRun = ValueOf<typeof checkRunSchema>;

/** A later run of the same target that is worse than an earlier GO, of whichever kind and whoever asked for it. */
export const revocationSchema = z.object({
  runId: z.uuid(),
  kind: z.enum(RUN_KINDS),
  verdict: z.enum(VERDICTS),
  asOf: z.string(),
});
type Revocation = ValueOf<typeof revocationSchema>;

/** A run as it is read again: what has become known since is worked out whenever it is read. */
export interface StoredRun extends CheckRun {
  /** Set: its GO holds no longer. */
  readonly revokedBy?: Revocation | undefined;
}

/** A run as a line of the history: everything but its checks. */
export interface CheckRunSummary extends Omit<StoredRun, 'checks' | 'criteria' | 'charts'> {
  /** How many checks ended how; an outcome that no check had is left out. */
  readonly outcomeCounts: Readonly<Partial<Record<Outcome, number>>>;
}
