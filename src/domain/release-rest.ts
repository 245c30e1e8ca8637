import {
  hostsLeft,
  hostsToTurnOff,
  isPuttingBack,
  missedHost,
  nextStep,
  openSteps,
  stuckSteps,
  touchedHosts,
} from './release-course.js';
import type { ReleaseRecord } from './release-record.js';
import { isLiveRelease } from './release-state.js';

/** What becomes of a release without a host. */
export interface ReleaseRest {
  readonly course: 'goes_on' | 'puts_back' | 'turns_off' | 'ends';
  /** Where that is done. */
  readonly hosts: readonly string[];
}

/** The plan of the rest, for whoever is about to give this host up. */
export function restWithout(release: ReleaseRecord, host: string): ReleaseRest {
  const gone = { host, by: release.requestedBy, at: release.startedAt, reason: '' };
  const rest: ReleaseRecord = {
    ...release,
    givenUp: [...release.givenUp, gone],
    steps: release.steps.filter((step) => step.host !== host),
  };
  const named = (course: ReleaseRest['course'], hosts: readonly string[]): ReleaseRest => ({
    course: hosts.length === 0 ? 'ends' : course,
    hosts,
  });
  if (release.state === 'disabled') return named('turns_off', hostsOf(openSteps(rest, 'disable')));
  if (isPuttingBack(release))
    return named('puts_back', hostsOf([...openSteps(rest, 'revert'), ...stuckSteps(rest)]));
  const touched = touchedHosts(rest);
  const missed = missedHost({ ...rest, steps: release.steps });
  if (missed !== undefined || release.cancelRequested !== null) return named('puts_back', touched);
  // After its last failure a release only waits for its deadline.
  if (nextStep(rest) === undefined && stuckSteps(rest).length === 0) return named('turns_off', touched);
  return named('goes_on', hostsLeft(rest));
}

const hostsOf = (steps: ReleaseRecord['steps']): readonly string[] => steps.flatMap(({ host }) => host ?? []);

/** Hosts that keep a release from going on: what is open there has a reason, or somebody must look. */
export function hostsInTrouble(release: ReleaseRecord): readonly string[] {
  if (release.endedAt !== null || release.state === 'halted') return [];
  const open = release.steps.filter(
    ({ state, problem }) => (state === 'pending' || state === 'running') && problem !== null,
  );
  const troubled = [...open, ...stuckSteps(release)];
  const named = troubled.flatMap(({ host, problem }) => host ?? namedBy(problem?.facts.host));
  return hostsLeft(release).filter((host) => named.includes(host));
}

const namedBy = (fact: unknown): readonly string[] => (typeof fact === 'string' ? [fact] : []);

/** What the deadline will do by itself, as long as it is still to come. */
export const deadlineTurnsOff = (release: ReleaseRecord): readonly string[] =>
  isLiveRelease(release) ? hostsToTurnOff(release) : [];
