/** The life of a request: `open` collects approvals; `approved` waits for its start; the rest is terminal. */
export const REQUEST_STATES = [
  'open',
  'approved',
  'executing',
  'executed',
  'rejected',
  'withdrawn',
  'expired',
  /** The content changed: approval is asked for again with a new request. */
  'invalidated',
  /** An operator asked for another release in its place. */
  'superseded',
  /** A rollback closed it. */
  'halted',
] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

/** The states of a request that is not over yet; a target has one such request at most. */
export const LIVE_REQUEST_STATES = [
  'open',
  'approved',
  'executing',
] as const satisfies readonly RequestState[];

/** The life of a release, from the moment it starts to act. */
export const RELEASE_STATES = [
  'running',
  /** Steps are done; the post-deploy checks are under way. */
  'watching',
  'confirmed',
  /** The previous state was put back after a failed start. */
  'reverted',
  /** Not confirmed by its deadline: the flag was set to false. */
  'disabled',
  /** Stopped before it changed anything, or by a person before the next step. */
  'cancelled',
  /** A step was interrupted and its effect cannot be told: a person must look. */
  'needs_person',
  /** A rollback took over. */
  'halted',
] as const;
export type ReleaseState = (typeof RELEASE_STATES)[number];

/** The states in which a release may still act on its hosts. */
export const LIVE_RELEASE_STATES = [
  'running',
  'watching',
  'needs_person',
] as const satisfies readonly ReleaseState[];

export const isLiveRelease = ({ state }: { readonly state: ReleaseState }): boolean =>
  LIVE_RELEASE_STATES.some((live) => live === state);

/** What the incident channel hears of: a failure from its moment on, a bad end, and a person who has to look. */
export function isIncident({
  state,
  problem,
}: {
  readonly state: ReleaseState;
  readonly problem: { readonly code: string } | null;
}): boolean {
  // What is put back because a person said so is known to them.
  if (state === 'watching' || state === 'running')
    return problem !== null && problem.code !== 'cancelled_by_person';
  return state === 'reverted' || state === 'disabled' || state === 'needs_person';
}

/** The steps of a release, in their order; those of a host repeat for each host. */
export const STEP_KINDS = [
  'lock',
  'precheck',
  'compare_digest',
  'arm_dead_man',
  'stage_model',
  'stage_binary',
  'write_environment',
  'restart',
  'prove_start',
  'checkpoint',
  'converge',
  'confirm',
  'revert',
  'disable',
] as const;
export type StepKind = (typeof STEP_KINDS)[number];

export const STEP_STATES = ['pending', 'running', 'done', 'failed', 'skipped', 'unclear'] as const;
export type StepState = (typeof STEP_STATES)[number];
