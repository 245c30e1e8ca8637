/** What became of one check. Nothing but PASS is a pass: what is unknown never counts as good. */
export const OUTCOMES = ['PASS', 'WARN', 'FAIL', 'INCONCLUSIVE', 'ERROR', 'SKIPPED'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** A shadow check runs and is shown, but does not decide. */
export const CHECK_MODES = ['deciding', 'shadow'] as const;
export type CheckMode = (typeof CHECK_MODES)[number];

/** The runs that exist; a section of the runbook lists which of them hold it. */
export const RUN_KINDS = ['precheck', 'verify', 'gonogo'] as const;
export type RunKind = (typeof RUN_KINDS)[number];
