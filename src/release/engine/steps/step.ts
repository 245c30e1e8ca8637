import { type HostEnvironment, readWholeEnvironment } from '../../../checks/context/host-environment.js';
import type { ClockReading } from '../../../domain/clocks.js';
import type { HostPlan, ReleasePlan, SharedPlace } from '../../../domain/release-plan.js';
import type { ReleaseProblem } from '../../../domain/release-problem.js';
import type { ReleaseRecord, Seen, StepRecord } from '../../../domain/release-record.js';
import type { ReleaseRefusal } from '../../../domain/release-refusal.js';
import type { StepKind } from '../../../domain/release-state.js';
import type { CallOptions, Host } from '../../../hosts/host.js';
import { readHostClock } from '../../../hosts/host-clock.js';
import type { TargetHost } from '../../../hosts/kinds/target-host.js';
import type { Declarations, Runbook } from '../../../runbook/runbook.js';
import type { Target } from '../../../runbook/targets.js';
import type { Clock } from '../../../time/clock.js';
import type { ReleaseChecks } from './release-checks.js';
import type { Turn } from './step-journal.js';

export const READ_TIMEOUT_MS = 10_000;

/** What the engine must know of a strategy: its variables, and how its log shows a start. */
export type StrategyFacts = Declarations & Pick<Runbook, 'flag' | 'model' | 'startLog'>;

/** How long the engine waits for things; the demo and the tests shorten them. */
export const DEFAULT_PACE = {
  /** Between two looks at a starting service. */
  pollMs: 500,
  /** A restart that was interrupted may still be under way: how long it gets to show. */
  settleMs: 1_500,
  /** How long a service gets to show that it is off, or has stopped. */
  offMs: 20_000,
  /** A check run that is neither good nor bad is repeated after this. */
  retryCheckMs: 20_000,
};

/** What the engine lends to its steps. */
export interface StepTools {
  readonly runbook: StrategyFacts;
  readonly checks: ReleaseChecks;
  /** Why who confirms a release that lacks data may not do that, as they are known now; undefined: they may. */
  readonly refuseConfirmation: (release: ReleaseRecord) => Promise<ReleaseRefusal | undefined>;
  /** What a host of the plan shares with other targets on its machine, as it is now. @throws HostError */
  readonly sharedPlaces: (
    plan: ReleasePlan,
    of: HostInPlan,
    call: CallOptions,
  ) => Promise<readonly SharedPlace[]>;
  readonly clock: Clock;
  /** The moment by the clock of the bot's database: that of the deadline. */
  readonly databaseNow: () => Promise<Date>;
  readonly pace: Readonly<typeof DEFAULT_PACE>;
}

export interface StepContext extends StepTools {
  readonly release: ReleaseRecord;
  readonly step: StepRecord;
  /** Without the hosts that were given up. */
  readonly plan: ReleasePlan;
  readonly target: Target;
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

/** How the host's clock stands beside the bot's; undefined: it is the bot's own. @throws HostError */
export const readClockOf = (
  { clock, interrupted }: Pick<StepContext, 'clock' | 'interrupted'>,
  host: Host,
): Promise<ClockReading | undefined> =>
  readHostClock(host, clock.now, () => ({ timeoutMs: READ_TIMEOUT_MS, signal: interrupted }));

export type StepOutcome =
  | { readonly kind: 'done'; readonly after: Seen; readonly turn?: Turn }
  | { readonly kind: 'failed'; readonly problem: ReleaseProblem; readonly after?: Seen }
  /** Nothing was done yet: look again then. */
  | {
      readonly kind: 'wait';
      readonly until: Date;
      readonly after?: Seen;
      readonly problem?: ReleaseProblem;
      readonly turn?: Turn;
    };

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
  /** What waits for no look and no record: whoever added this step has recorded that it will be done. */
  first?(context: StepContext): Promise<void>;
  /** Looked at right before it begins: why it must not; undefined: it may. */
  refuse?(context: StepContext): Promise<ReleaseProblem | undefined>;
  observe(context: StepContext): Promise<Seen | { readonly notBefore: Date }>;
  apply(context: StepContext, before: Seen): Promise<StepOutcome>;
  /** After an interruption: the host's real state decides. */
  reconcile(context: StepContext, before: Seen): Promise<Reconciliation>;
}

export type StepRegistry = Readonly<Record<StepKind, Step>>;

/** For what only looks, or whose effect is a row that can be written twice. */
export const lookAgain = async (): Promise<Reconciliation> => ({ kind: 'not_done' });

/** A step that changes no host and has nothing to see beforehand. */
export const plainStep = (apply: (context: StepContext) => Promise<StepOutcome>): Step => ({
  observe: async () => ({}),
  apply,
  reconcile: lookAgain,
});

/** The host of a step that has one. */
export function hostOf(context: StepContext): HostInPlan {
  if (context.step.host === null) throw new Error(`the step ${context.step.kind} names no host`);
  return context.host(context.step.host);
}

/** What an earlier step of the same host left behind; null: of the whole target. */
export function earlier(
  { release }: StepContext,
  kind: StepKind,
  host: string | null,
): StepRecord | undefined {
  return release.steps.findLast((step) => step.kind === kind && step.host === host);
}

/** The environment files of a host as they stand. @throws HostError also for a layer that is missing or refused */
export function readFiles(
  { interrupted: signal }: StepContext,
  { host, settings }: Pick<HostInPlan, 'host' | 'settings'>,
): Promise<HostEnvironment> {
  return readWholeEnvironment(host, settings, { timeoutMs: READ_TIMEOUT_MS, signal });
}
