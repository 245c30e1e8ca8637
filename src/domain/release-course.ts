import { addMilliseconds } from 'date-fns/addMilliseconds';
import { readLacking } from './lacking-data.js';
import type { ReleaseRecord, StepRecord } from './release-record.js';
import type { StepKind } from './release-state.js';

/** Steps that change a host; the revert undoes exactly these. */
const TOUCHING: readonly StepKind[] = ['stage_model', 'stage_binary', 'write_environment', 'restart'];

/** Steps that put back or switch off: no cancellation stops them. */
export const isForward = (kind: StepKind): boolean => kind !== 'revert' && kind !== 'disable';

/** The hosts on which a changing step has at least begun, in the order of the plan. */
export function touchedHosts({ plan, steps }: Pick<ReleaseRecord, 'plan' | 'steps'>): readonly string[] {
  const touched = new Set(
    steps.filter(({ kind, attempts }) => TOUCHING.includes(kind) && attempts > 0).map(({ host }) => host),
  );
  return plan.hosts.map(({ host }) => host).filter((host) => touched.has(host));
}

export const isPuttingBack = ({ steps }: Pick<ReleaseRecord, 'steps'>): boolean =>
  steps.some(({ kind }) => kind === 'revert');

/** After all hosts have the release, a failure waits for the deadline (commit-confirm) instead of reverting. */
export const waitsForDeadline = ({ kind, host }: Pick<StepRecord, 'kind' | 'host'>): boolean =>
  (kind === 'checkpoint' && host === null) || kind === 'converge' || kind === 'confirm';

const isOpen = ({ state }: StepRecord): boolean => state === 'pending' || state === 'running';

/** Hosts that are still to be put back. */
export const openReverts = ({ steps }: Pick<ReleaseRecord, 'steps'>): readonly StepRecord[] =>
  steps.filter((step) => step.kind === 'revert' && isOpen(step));

/** Where a release that is not being put back goes on; undefined: nowhere. A failed step lets nothing after it run. */
export function nextStep({ steps }: Pick<ReleaseRecord, 'steps'>): StepRecord | undefined {
  const hasFailed = steps.some(({ state }) => state === 'failed' || state === 'unclear');
  return hasFailed ? undefined : steps.find((step) => isForward(step.kind) && isOpen(step));
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
