import type { CheckRun } from '../../domain/check-run.js';
import type { ContentChange } from '../../domain/release-content.js';
import type { HostPlan, ReleasePlan } from '../../domain/release-plan.js';
import type { ReleaseProblem } from '../../domain/release-problem.js';
import type { ReleaseRecord, Seen, StepRecord } from '../../domain/release-record.js';
import type { StepKind } from '../../domain/release-state.js';
import type { Host } from '../../hosts/host.js';
import type { TargetHost } from '../../hosts/kinds/target-host.js';
import type { Runbook } from '../../runbook/runbook.js';
import type { Target } from '../../runbook/targets.js';
import type { Clock } from '../../time/clock.js';
import type { Turn } from './step-journal.js';

/** What the engine must know of a strategy: its variables, and how its log shows a start. */
export type StrategyFacts = Pick<Runbook, 'envPrefix' | 'flag' | 'model' | 'variables' | 'startLog'>;

/** The checks of a release, as the engine asks for them. */
export interface ReleaseChecks {
  /** The pre-deploy run: judges what will stand, not what stands. @throws HostError when a host is away. */
  planned(release: ReleaseRecord): Promise<
    | { readonly kind: 'run'; readonly run: CheckRun }
    /** What was asked for cannot even be planned any more. */
    | { readonly kind: 'refused'; readonly changes: readonly ContentChange[] }
  >;
  /** What differs between what was approved and what stands now; `run` is the pre-deploy run. @throws HostError */
  differences(release: ReleaseRecord, run: CheckRun): Promise<readonly ContentChange[]>;
  /**
   * The post-deploy run, over the time since the new processes were seen.
   * @param canary the host that alone has the release; null: all of them have it.
   */
  checkpoint(release: ReleaseRecord, canary: string | null, signal: AbortSignal): Promise<CheckRun>;
  /** A run that an earlier step left behind. */
  run(runId: string): Promise<CheckRun | undefined>;
}

/** How long the engine waits for things; the demo and the tests shorten them. */
export interface EnginePace {
  /** Between two looks at a starting service. */
  readonly pollMs: number;
  /** A restart that was interrupted may still be under way: how long it gets to show. */
  readonly settleMs: number;
  /** How long a service gets to show that it is off, or has stopped. */
  readonly offMs: number;
  /** A check run that is neither good nor bad is repeated after this. */
  readonly retryCheckMs: number;
}

export const DEFAULT_PACE: EnginePace = { pollMs: 500, settleMs: 1_500, offMs: 20_000, retryCheckMs: 20_000 };

export interface StepContext {
  readonly release: ReleaseRecord;
  readonly step: StepRecord;
  readonly plan: ReleasePlan;
  readonly target: Target;
  readonly runbook: StrategyFacts;
  readonly checks: ReleaseChecks;
  readonly clock: Clock;
  readonly pace: EnginePace;
  /** For what acts on a host: aborts only when this replica may have been replaced. */
  readonly lost: AbortSignal;
  /** For what only looks: also aborts when the replica ends in good order. */
  readonly interrupted: AbortSignal;
  host(name: string): HostInPlan;
}

export interface HostInPlan {
  readonly host: Host;
  readonly settings: TargetHost;
  readonly plan: HostPlan;
}

export type StepOutcome =
  | { readonly kind: 'done'; readonly after: Seen; readonly turn?: Turn }
  | { readonly kind: 'failed'; readonly problem: ReleaseProblem; readonly after?: Seen }
  /** Nothing was done yet: look again then. */
  | { readonly kind: 'wait'; readonly until: Date; readonly after?: Seen; readonly problem?: ReleaseProblem };

type Reconciliation =
  | { readonly kind: 'done'; readonly after: Seen }
  /** Safe to apply (again). */
  | { readonly kind: 'not_done' }
  | { readonly kind: 'unclear'; readonly problem: ReleaseProblem };

/**
 * One kind of step. What `observe` saw is recorded before `apply` acts and is handed to it again, also when another
 * replica goes on. Only what changes a host has something to reconcile: looking twice does no harm.
 */
export interface Step {
  observe(context: StepContext): Promise<Seen | { readonly notBefore: Date }>;
  apply(context: StepContext, before: Seen): Promise<StepOutcome>;
  /** After an interruption: the host's real state decides. */
  reconcile(context: StepContext, before: Seen): Promise<Reconciliation>;
}

export type StepRegistry = Readonly<Record<StepKind, Step>>;

/** For steps that only look, or whose effect is a row that can be written twice. */
export const lookAgain = async (): Promise<Reconciliation> => ({ kind: 'not_done' });

export const nothingSeen = async (): Promise<Seen> => ({});

/** The host of a step that has one. */
export function hostOf(context: StepContext): HostInPlan {
  if (context.step.host === null) throw new Error(`the step ${context.step.kind} names no host`);
  return context.host(context.step.host);
}

/** What an earlier step of the same host left behind. */
export function earlier(context: StepContext, kind: StepKind, host: string): StepRecord | undefined {
  return context.release.steps.findLast((step) => step.kind === kind && step.host === host);
}
