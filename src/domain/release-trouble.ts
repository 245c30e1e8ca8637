import { addMilliseconds } from 'date-fns/addMilliseconds';
import { checkpointDueAt } from './release-course.js';
import type { ReleaseRecord, StepRecord } from './release-record.js';
import type { StepKind } from './release-state.js';

/** What waits longer is trouble, and people are called. */
const TROUBLE_AFTER_MS = 10_000;
/** For steps that restart a service and watch it, while nobody has met anything wrong: all may be well so long. */
const WATCHING_AFTER_MS = 25_000;
const WATCHING: readonly StepKind[] = ['prove_start', 'revert', 'disable'];
/** Of the others those that say by their problem alone that they do not succeed: files may be large, checks many. */
const QUICK: readonly StepKind[] = ['write_environment', 'restart'];

/** A step that is tried and has not succeeded. */
export interface Trouble {
  readonly step: StepRecord;
  /** RFC 3339. */
  readonly since: string;
  /** From then on people are called. */
  readonly callAt: Date;
}

/** Every step of a release that is tried and may come to be trouble, or is. */
export function troublesOf(release: ReleaseRecord): readonly Trouble[] {
  if (release.endedAt !== null) return [];
  return release.steps.flatMap((step) => {
    if (step.state !== 'pending' && step.state !== 'running') return [];
    const since = step.attemptedAt ?? checkpointDueAt(release, step)?.toISOString();
    const afterMs = patienceMs(step);
    return since === undefined || afterMs === undefined
      ? []
      : [{ step, since, callAt: addMilliseconds(new Date(since), afterMs) }];
  });
}

/** A step that people were called for, and that has succeeded since. */
interface Overcome {
  readonly step: StepRecord;
  /** RFC 3339. */
  readonly since: string;
  readonly until: string;
}

/** Of those steps the ones that can be told: by how long they took, since a problem is gone with its step's success. */
export function overcomeTroubles(release: ReleaseRecord): readonly Overcome[] {
  return release.steps.flatMap((step) => {
    const { kind, state, finishedAt: until } = step;
    if (state !== 'done' || until === null) return [];
    const since = step.attemptedAt ?? checkpointDueAt(release, step)?.toISOString();
    const afterMs = kind === 'checkpoint' ? TROUBLE_AFTER_MS : patienceMs(step);
    if (since === undefined || afterMs === undefined) return [];
    return addMilliseconds(new Date(since), afterMs) <= new Date(until) ? [{ step, since, until }] : [];
  });
}

function patienceMs({ kind, problem }: StepRecord): number | undefined {
  if (problem !== null || QUICK.includes(kind)) return TROUBLE_AFTER_MS;
  return WATCHING.includes(kind) ? WATCHING_AFTER_MS : undefined;
}
