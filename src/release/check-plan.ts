import type { CheckState, FinishedRun } from '../checks/run-request.js';
import type { DeployWish } from '../domain/deploy-wish.js';
import type { Person } from '../domain/person.js';
import type { ReleasePlan } from '../domain/release-plan.js';
import { DRIFT } from '../domain/release-request.js';
import type { Target } from '../runbook/targets.js';
import { type ComposedPlan, composePlan, type PlanRefused } from './draw-up-plan.js';
import { evidenceOf, planDigest } from './plan-digest.js';
import type { ReleaseContext } from './release-context.js';

/** A plan with the verdict over what it will bring. */
export interface CheckedPlan {
  readonly kind: 'checked';
  readonly plan: ReleasePlan;
  readonly run: FinishedRun['run'];
  readonly stored: boolean;
  /** What a request for exactly this is bound to. */
  readonly digest: string;
  /** What a person must take upon themselves by name: ids of checks with a warning, and `DRIFT`. */
  readonly toAcknowledge: readonly string[];
}

type PlanContext = Pick<ReleaseContext, 'sources' | 'checks'>;

/** Works out the plan and judges what it will bring: the planned environment and the planned model. */
export async function checkPlan(
  context: PlanContext,
  wish: DeployWish,
  target: Target,
  by: Person,
  onProgress?: (checks: readonly CheckState[]) => void,
): Promise<CheckedPlan | PlanRefused> {
  const composed = await composePlan(wish, target, context.sources);
  return composed.kind === 'plan' ? judgePlan(context, composed, target, by, onProgress) : composed;
}

/** Runs the pre-deploy checks on a plan. */
export async function judgePlan(
  context: Pick<PlanContext, 'checks'>,
  { plan, planned }: ComposedPlan,
  target: Target,
  by: Person,
  onProgress?: (checks: readonly CheckState[]) => void,
): Promise<CheckedPlan> {
  const { run, stored } = await context.checks.run({
    kind: 'precheck',
    target,
    requestedBy: by,
    planned,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  return {
    kind: 'checked',
    plan,
    run,
    stored,
    digest: planDigest({ plan, evidence: evidenceOf(run) }),
    toAcknowledge: [...warningsOf(run), ...(hasDrift(plan) ? [DRIFT] : [])],
  };
}

export const warningsOf = ({ checks }: Pick<FinishedRun['run'], 'checks'>): readonly string[] =>
  checks.filter(({ mode, outcome }) => mode === 'deciding' && outcome === 'WARN').map(({ id }) => id);

export const hasDrift = (plan: ReleasePlan): boolean => plan.hosts.some(({ drift }) => drift.length > 0);
