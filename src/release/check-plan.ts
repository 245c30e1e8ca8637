import type { FinishedRun, RunRequest } from '../checks/run-request.js';
import type { CheckRun } from '../domain/check-run.js';
import type { DeployWish } from '../domain/deploy-wish.js';
import type { Frozen } from '../domain/frozen.js';
import type { Person } from '../domain/person.js';
import type { Promotion } from '../domain/promotion.js';
import { type BoundContent, boundText } from '../domain/release-content.js';
import type { EvidenceBinding, ReleasePlan } from '../domain/release-plan.js';
import { alsoSubject, DRIFT_SUBJECTS, type DriftSubject } from '../domain/release-request.js';
import { sha256Of } from '../machine/sha256.js';
import { frozenAt } from '../runbook/freeze.js';
import type { Target } from '../runbook/targets.js';
import { type ComposedPlan, composePlan, type PlanRefused } from './draw-up-plan.js';
import type { ReleaseContext } from './release-context.js';

/** A plan as it is shown before anybody asks for it. */
export interface CheckedPlan extends JudgedPlan {
  /** What its model has shown where it is promoted from; undefined: nothing is asked for. */
  readonly promotion: Promotion | undefined;
  /** A release of it could not start now. */
  readonly frozen: Frozen | undefined;
}

/** A plan with the verdict over what it will bring. */
export interface JudgedPlan {
  readonly kind: 'checked';
  readonly plan: ReleasePlan;
  readonly run: FinishedRun['run'];
  readonly stored: boolean;
  /** What a request for exactly this is bound to. */
  readonly digest: string;
  /** See `subjectsToAcknowledge`. */
  readonly toAcknowledge: readonly string[];
}

/** Works out the plan and judges what it will bring: the planned environment and the planned model. */
export async function checkPlan(
  context: Pick<ReleaseContext, 'sources' | 'checks' | 'promotions' | 'database' | 'databaseNow'>,
  wish: DeployWish,
  target: Target,
  by: Person,
  onProgress?: RunRequest['onProgress'],
): Promise<CheckedPlan | PlanRefused> {
  const composed = await composePlan(wish, target, context.sources);
  if (composed.kind !== 'plan') return composed;
  const [judged, promotion, now] = await Promise.all([
    judgePlan(context, composed, target, by, onProgress),
    context.promotions.ofPlan(target, composed.plan),
    context.databaseNow(context.database),
  ]);
  return { ...judged, promotion, frozen: frozenAt(target.freeze, now) };
}

/** Runs the pre-deploy checks on a plan. */
export async function judgePlan(
  context: Pick<ReleaseContext, 'checks'>,
  { plan, planned }: ComposedPlan,
  target: Target,
  by: Person,
  onProgress?: RunRequest['onProgress'],
): Promise<JudgedPlan> {
  const { run, stored } = await context.checks.run({
    kind: 'precheck',
    target,
    requestedBy: by,
    planned,
    onProgress,
  });
  return {
    kind: 'checked',
    plan,
    run,
    stored,
    digest: planDigest({ plan, evidence: evidenceOf(run) }),
    toAcknowledge: subjectsToAcknowledge(run, plan),
  };
}

/**
 * What a person must take upon themselves by name: ids of checks with a warning, kinds of drift, and other targets for which
 * it changes something.
 */
export function subjectsToAcknowledge(
  { checks }: CheckRun,
  { hosts, alsoApprovedBy = [] }: ReleasePlan,
): readonly string[] {
  const warnings = checks.filter(({ mode, outcome }) => mode === 'deciding' && outcome === 'WARN');
  const differs: Readonly<Record<DriftSubject, boolean>> = {
    drift: hosts.some(({ drift }) => drift.length > 0),
    undeclared: hosts.some(({ undeclared }) => undeclared !== undefined),
    since_confirmed: hosts.some(({ sinceConfirmed }) => sinceConfirmed !== undefined),
    no_dead_man: hosts.some(({ withoutDeadMan }) => withoutDeadMan !== undefined),
  };
  return [
    ...warnings.map(({ id }) => id),
    ...DRIFT_SUBJECTS.filter((subject) => differs[subject]),
    ...alsoApprovedBy.map(({ target }) => alsoSubject(target)),
  ];
}

/** SHA-256, in hex, over everything that an approval is for. */
export function planDigest(content: BoundContent): string {
  return sha256Of(boundText(content));
}

/** The part of a run that an approval is bound to: what a check in shadow says decides nothing. */
export function evidenceOf({ runId, checks }: Pick<CheckRun, 'runId' | 'checks'>): EvidenceBinding {
  const deciding = checks.filter(({ mode }) => mode === 'deciding');
  return { checkRunId: runId, outcomes: deciding.map(({ id, outcome }) => ({ id, outcome })) };
}
