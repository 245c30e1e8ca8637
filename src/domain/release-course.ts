import { addMilliseconds } from 'date-fns/addMilliseconds';
import { readLacking } from './lacking-data.js';
import type { ReleaseProblem } from './release-problem.js';
import type { GivenUpHost, ReleaseRecord, StepRecord } from './release-record.js';
import type { StepKind } from './release-state.js';

/** Steps that change a host; the revert undoes exactly these. */
const TOUCHING: readonly StepKind[] = ['stage_model', 'stage_binary', 'write_environment', 'restart'];

/** Steps that put back or switch off: no cancellation stops them. */
export const isForward = (kind: StepKind): boolean => kind !== 'revert' && kind !== 'disable';

type Hosts = Pick<ReleaseRecord, 'plan' | 'givenUp'>;

/** The hosts of the plan that nobody has given up, in its order. */
export const hostsLeft = ({ plan, givenUp }: Hosts): readonly string[] =>
  plan.hosts.map(({ host }) => host).filter((host) => !givenUp.some((gone) => gone.host === host));

const isChanging = ({ kind, attempts }: StepRecord): boolean => TOUCHING.includes(kind) && attempts > 0;

/** The host has a dead man of this release, or nobody knows. */
const mayBeArmed = ({ kind, attempts, after }: StepRecord): boolean =>
  kind === 'arm_dead_man' && attempts > 0 && after?.armed !== false;

/** Whether a host was changed, or may have been: one that armed its dead man and no more was not. */
export const hasChanged = ({ steps }: Pick<ReleaseRecord, 'steps'>): boolean => steps.some(isChanging);

/** Those of them on which a changing step has at least begun, whose dead man is armed, or that are put back. */
export function touchedHosts({ steps, ...hosts }: Hosts & Pick<ReleaseRecord, 'steps'>): readonly string[] {
  const touched = new Set(
    steps
      .filter((step) => step.kind === 'revert' || isChanging(step) || mayBeArmed(step))
      .map(({ host }) => host),
  );
  return hostsLeft(hosts).filter((host) => touched.has(host));
}

/** Those of them that are not proved to be as they were before: the deadline turns these off. */
export function hostsToTurnOff(release: Hosts & Pick<ReleaseRecord, 'steps'>): readonly string[] {
  return touchedHosts(release).filter(
    (host) =>
      !release.steps.some((step) => step.kind === 'revert' && step.host === host && step.state === 'done'),
  );
}

/**
 * Why a release cannot go forward without the hosts that were given up: none is left, or no canary has proved for the
 * others what it brings; undefined: it can.
 */
export function missedHost(release: Hosts & Pick<ReleaseRecord, 'steps'>): GivenUpHost | undefined {
  const { plan, givenUp, steps } = release;
  if (hostsLeft(release).length === 0) return givenUp.at(-1);
  const gate = steps.find(({ kind, host }) => kind === 'checkpoint' && host !== null);
  if (gate?.state === 'done') return undefined;
  return givenUp.find(({ host }) => host === plan.hosts[0]?.host);
}

/** The steps that have armed a dead man on a host, or may have: less those that are known to be disarmed. */
export function armedDeadMen({
  steps,
  ...hosts
}: Hosts & Pick<ReleaseRecord, 'steps'>): readonly StepRecord[] {
  const left = hostsLeft(hosts);
  return steps.filter(
    (step) =>
      mayBeArmed(step) && step.after?.disarmed === undefined && left.some((host) => host === step.host),
  );
}

export const isPuttingBack = ({ steps }: Pick<ReleaseRecord, 'steps'>): boolean =>
  steps.some(({ kind }) => kind === 'revert');

/** After all hosts have the release, a failure waits for the deadline (commit-confirm) instead of reverting. */
export const waitsForDeadline = ({ kind, host }: Pick<StepRecord, 'kind' | 'host'>): boolean =>
  (kind === 'checkpoint' && host === null) || kind === 'converge' || kind === 'confirm';

const isOpen = ({ state }: StepRecord): boolean => state === 'pending' || state === 'running';

/** Hosts that are still to be put back, or to be turned off. */
export const openSteps = (
  { steps }: Pick<ReleaseRecord, 'steps'>,
  kind: 'revert' | 'disable',
): readonly StepRecord[] => steps.filter((step) => step.kind === kind && isOpen(step));

/** Hosts that could not be put back: only a person can say what now. */
export const failedReverts = ({ steps }: Pick<ReleaseRecord, 'steps'>): readonly StepRecord[] =>
  steps.filter(({ kind, state }) => kind === 'revert' && state === 'failed');

/** Steps for which somebody must look: what they have done cannot be told, or their host was not put back. */
export const stuckSteps = (release: Pick<ReleaseRecord, 'steps'>): readonly StepRecord[] => [
  ...release.steps.filter(({ state }) => state === 'unclear'),
  ...failedReverts(release),
];

/** Where a release that is not being put back goes on; undefined: nowhere. A failed step lets nothing after it run. */
export function nextStep({ steps }: Pick<ReleaseRecord, 'steps'>): StepRecord | undefined {
  const hasFailed = steps.some(({ state }) => state === 'failed' || state === 'unclear');
  return hasFailed ? undefined : steps.find((step) => isForward(step.kind) && isOpen(step));
}

/** Why a release went wrong in the first place, where something else is its problem by now, e.g. the deadline. */
export function causeOf({ steps, problem }: Pick<ReleaseRecord, 'steps' | 'problem'>): ReleaseProblem | null {
  if (problem === null) return null;
  const first = steps.find(
    ({ kind, state, problem: own }) => isForward(kind) && state !== 'done' && own !== null,
  );
  const cause = first?.problem ?? null;
  return JSON.stringify(cause) === JSON.stringify(problem) ? null : cause;
}

/** The checkpoint of the whole target that comes after this one; undefined: this is the last. */
export const checkpointAfter = (
  { steps }: Pick<ReleaseRecord, 'steps'>,
  { position }: Pick<StepRecord, 'position'>,
): StepRecord | undefined =>
  steps.find((step) => step.kind === 'checkpoint' && step.host === null && step.position > position);

/** The last checkpoint, while data is all that it lacks; undefined: there is nothing for a person to confirm. */
export function checkpointWithoutData(release: ReleaseRecord): StepRecord | undefined {
  const step =
    release.state === 'watching' && release.cancelRequested === null ? nextStep(release) : undefined;
  if (step?.kind !== 'checkpoint' || step.host !== null) return undefined;
  const isLast = checkpointAfter(release, step) === undefined;
  return isLast && readLacking(step.after?.lacking).length > 0 ? step : undefined;
}

/** Whether an approver's word is wanted: who may give it is asked at the click. */
export const canConfirm = (release: ReleaseRecord): boolean =>
  checkpointWithoutData(release) !== undefined &&
  (release.confirmation === null || release.confirmation.refused !== undefined);

/** When a checkpoint that is not due yet was last looked at, RFC 3339; undefined: not yet, or its checks have run. */
export function readLookedAt({ after }: Pick<StepRecord, 'after'>): string | undefined {
  return typeof after?.lookedAt === 'string' ? after.lookedAt : undefined;
}

/**
 * When a checkpoint's checks run: its minutes after the last proved start, of its host or of all hosts.
 * @returns undefined for any other step, and while no start is proved.
 */
export function checkpointDueAt(
  { steps }: Pick<ReleaseRecord, 'steps'>,
  { host, checkpoint }: Pick<StepRecord, 'host' | 'checkpoint'>,
): Date | undefined {
  const proved = steps.filter(
    (step) => step.kind === 'prove_start' && step.state === 'done' && (host === null || step.host === host),
  );
  const last = proved
    .flatMap(({ finishedAt }) => finishedAt ?? [])
    .sort()
    .at(-1);
  if (checkpoint === null || last === undefined) return undefined;
  return addMilliseconds(new Date(last), checkpoint * 60_000);
}
