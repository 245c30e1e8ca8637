import type { ReleasePlan } from './release-plan.js';
import type { StepKind } from './release-state.js';

/** A step as it is written down when a release starts; all of them are `pending` then. */
export interface PlannedStep {
  readonly position: number;
  readonly kind: StepKind;
  /** null: the step is about the whole target. */
  readonly host: string | null;
  /** Minutes after the start, for checkpoints. */
  readonly checkpoint: number | null;
}

/**
 * Every step of a release in its order: the canary goes through all of its steps and the first checkpoint before
 * the other hosts are touched; the checkpoints of the whole target count from the last host's start.
 * @param checkpointMinutes the target's `watch.checkpointMinutes`.
 */
export function stepsOfRelease(
  plan: ReleasePlan,
  checkpointMinutes: readonly number[],
): readonly PlannedStep[] {
  const minutes = [...checkpointMinutes].sort((a, b) => a - b);
  const [canary, ...others] = plan.hosts.map(({ host }) => host);
  const steps: Omit<PlannedStep, 'position'>[] = (['lock', 'precheck', 'compare_digest'] as const).map(
    (kind) => ({
      kind,
      host: null,
      checkpoint: null,
    }),
  );
  if (canary !== undefined) steps.push(...stepsOfHost(plan, canary));
  if (canary !== undefined && others.length > 0 && minutes[0] !== undefined) {
    steps.push({ kind: 'checkpoint', host: canary, checkpoint: minutes[0] });
  }
  steps.push(
    ...others.flatMap((host) => stepsOfHost(plan, host)),
    ...minutes.map((checkpoint) => ({ kind: 'checkpoint' as const, host: null, checkpoint })),
    { kind: 'converge', host: null, checkpoint: null },
    { kind: 'confirm', host: null, checkpoint: null },
  );
  return steps.map((step, position) => ({ position, ...step }));
}

function stepsOfHost(plan: ReleasePlan, host: string): Omit<PlannedStep, 'position'>[] {
  const holdsDeadMan = plan.hosts.some((each) => each.host === host && each.withoutDeadMan === undefined);
  const kinds: StepKind[] = [
    ...(holdsDeadMan ? (['arm_dead_man'] as const) : []),
    ...(plan.model === undefined ? [] : (['stage_model'] as const)),
    ...(plan.binary === undefined ? [] : (['stage_binary'] as const)),
    'write_environment',
    'restart',
    'prove_start',
  ];
  return kinds.map((kind) => ({ kind, host, checkpoint: null }));
}
