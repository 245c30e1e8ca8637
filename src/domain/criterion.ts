import { z } from 'zod';
import { localizedSchema } from './localized.js';
import { OUTCOMES, type Outcome } from './outcome.js';
import type { ValueOf } from './value-of.js';
import { type DecidingResult, evaluateVerdict, type Verdict } from './verdict.js';

/** One line of the checklist's section 5, and the checks that prove it. */
export const criterionSchema = z.object({
  id: z.string(),
  /** A `go` criterion must be met; a `no_go` criterion must be absent. */
  kind: z.enum(['go', 'no_go']),
  title: localizedSchema,
  /** Ids of deciding checks, at least one. */
  checks: z.array(z.string()),
  /** The worst outcome of its checks. PASS: a go criterion is met, a no-go criterion is absent. */
  outcome: z.enum(OUTCOMES),
});
export type CriterionResult = ValueOf<typeof criterionSchema>;
export type CriterionDefinition = Omit<CriterionResult, 'outcome'>;

const WORST_FIRST: readonly Outcome[] = ['FAIL', 'ERROR', 'INCONCLUSIVE', 'SKIPPED', 'WARN', 'PASS'];

interface IdentifiedResult extends DecidingResult {
  readonly id: string;
}

/** Each criterion by its worst check. A check that the run does not hold proves nothing: INCONCLUSIVE. */
export function evaluateCriteria(
  definitions: readonly CriterionDefinition[],
  results: readonly IdentifiedResult[],
): readonly CriterionResult[] {
  const outcomes = new Map(results.map(({ id, outcome }) => [id, outcome]));
  return definitions.map((definition) => {
    const seen = definition.checks.map((id) => outcomes.get(id) ?? 'INCONCLUSIVE');
    return {
      ...definition,
      outcome: WORST_FIRST.find((outcome) => seen.includes(outcome)) ?? 'INCONCLUSIVE',
    };
  });
}

/** The verdict over a run's checks and criteria together: a criterion can only make it worse. */
export function evaluateGoNoGo(
  results: readonly DecidingResult[],
  criteria: readonly CriterionResult[],
): Verdict {
  return evaluateVerdict([
    ...results,
    ...criteria.map(({ outcome }) => ({ mode: 'deciding', outcome }) as const),
  ]);
}

/** How a criterion stands for people: PASS and WARN apart, FAIL, or unknown. */
export type Standing = 'pass' | 'warn' | 'fail' | 'unknown';
