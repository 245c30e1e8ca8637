import { THE_BOT } from '../../domain/audit-event.js';
import { hostsLeft } from '../../domain/release-course.js';
import type { ReleaseRecord, StepRecord } from '../../domain/release-record.js';
import type { Host } from '../../hosts/host.js';
import type { TargetHost } from '../../hosts/kinds/target-host.js';
import type { Target, Targets } from '../../runbook/targets.js';
import type { Logger } from '../../telemetry/logger.js';
import type { TaskCall } from '../../worker/task.js';
import type { HostInPlan, StepContext, StepRegistry, StepTools } from './steps/step.js';
import type { Held, StepJournal } from './steps/step-journal.js';

/** Everything that carrying a release out needs. */
export interface ReleaseEngine extends StepTools {
  readonly journal: StepJournal;
  readonly steps: StepRegistry;
  readonly hostOf: (settings: TargetHost) => Host;
  readonly targets: Pick<Targets, 'targets'>;
  /** Best effort, after a release was confirmed. */
  readonly prune: (release: ReleaseRecord, target: Target) => Promise<void>;
  readonly logger: Logger;
}

/** What becomes of a look at a release. `until` is by the bot's own clock, and so is what is left until then. */
export type LookResult = typeof REST | { readonly kind: 'wait'; readonly until: Date };

/** There is nothing to do until somebody says so. */
export const REST = { kind: 'rest' } as const;

/** After this a host that did not answer is asked again. */
const RETRY_MS = 5_000;

/** Looks again a little later. */
export const retryLater = ({ clock }: Pick<ReleaseEngine, 'clock'>) =>
  ({ kind: 'wait', until: new Date(clock.now() + RETRY_MS) }) as const;

/** Another replica goes on at once. */
export const handOver = ({ clock }: Pick<ReleaseEngine, 'clock'>) =>
  ({ kind: 'wait', until: new Date(clock.now()) }) as const;

/**
 * Loads a release that is held. Hosts that have left the targets file end their part first: the bot can reach them no
 * more. @throws SupersededError
 */
export async function loadHeld(
  { targets, journal, clock }: Pick<ReleaseEngine, 'targets' | 'journal' | 'clock'>,
  held: Held,
): Promise<ReleaseRecord | undefined> {
  const release = await journal.load(held.releaseId);
  if (release === undefined) return undefined;
  const known = targets.targets.get(release.target)?.hosts ?? [];
  const gone = hostsLeft(release).filter((host) => !known.some(({ name }) => name === host));
  const at = new Date(clock.now()).toISOString();
  for (const host of gone) await journal.giveUp(held, { host, by: THE_BOT, at, reason: '' });
  return gone.length === 0 ? release : journal.load(held.releaseId);
}

/** @throws Error where the targets file no longer has the target: the plan cannot be carried out. */
export function targetOf({ targets }: Pick<ReleaseEngine, 'targets'>, release: ReleaseRecord): Target {
  const target = targets.targets.get(release.target);
  if (target === undefined) throw new Error(`the targets file has no target ${release.target} any more`);
  return target;
}

export function contextFor(
  engine: ReleaseEngine,
  release: ReleaseRecord,
  step: StepRecord,
  { stopping, lost }: TaskCall,
): StepContext {
  const target = targetOf(engine, release);
  const { runbook, checks, refuseConfirmation, sharedPlaces, clock, databaseNow, pace } = engine;
  const left = hostsLeft(release);
  return {
    release,
    step,
    plan: { ...release.plan, hosts: release.plan.hosts.filter(({ host }) => left.includes(host)) },
    target,
    runbook,
    checks,
    refuseConfirmation,
    sharedPlaces,
    clock,
    databaseNow,
    pace,
    lost,
    interrupted: AbortSignal.any([stopping, lost]),
    host: (name) => hostInPlan(engine, release, name),
  };
}

/** @throws Error where the plan or the targets file has no such host */
export function hostInPlan(
  engine: Pick<ReleaseEngine, 'targets' | 'hostOf'>,
  release: ReleaseRecord,
  name: string,
): HostInPlan {
  const settings = targetOf(engine, release).hosts.find((host) => host.name === name);
  const plan = release.plan.hosts.find((host) => host.host === name);
  if (settings === undefined || plan === undefined) {
    throw new Error(`the host ${name} is missing in the plan or in the targets file`);
  }
  return { host: engine.hostOf(settings), settings, plan };
}
