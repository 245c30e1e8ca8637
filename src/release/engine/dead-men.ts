import { armedDeadMen } from '../../domain/release-course.js';
import type { ReleaseRecord, StepRecord } from '../../domain/release-record.js';
import { isLiveRelease } from '../../domain/release-state.js';
import type { TaskCall } from '../../worker/task.js';
import { hostInPlan, type ReleaseEngine } from './release-engine.js';
import {
  armDeadMan,
  disarmDeadMan,
  isArmedForIt,
  lastWordOf,
  readDeadManMark,
  removeDeadManMark,
} from './steps/dead-man.js';

/** Near the deadline nothing is armed anew. */
const TOO_LATE_MS = 15_000;
/** So long after the deadline there is nothing left to disarm. */
const OVER_MS = 120_000;

/**
 * Arms again what a host has lost, e.g. by a restart of the machine, and what was armed for another deadline. Best effort:
 * a host that does not answer is asked again at the next look.
 * @param leftMs until the deadline
 */
export async function keepArmed(
  engine: ReleaseEngine,
  release: ReleaseRecord,
  leftMs: number,
  { lost }: TaskCall,
): Promise<void> {
  if (leftMs < TOO_LATE_MS || !isLiveRelease(release)) return;
  const held = armedDeadMen(release).filter(({ state }) => state === 'done');
  await Promise.all(
    held.map(async (step) => {
      try {
        await armIfLost(engine, release, step, lost);
      } catch (error) {
        engine.logger.warn({ err: error, host: step.host }, 'a dead man could not be looked at');
      }
    }),
  );
}

async function armIfLost(
  engine: ReleaseEngine,
  release: ReleaseRecord,
  step: StepRecord,
  signal: AbortSignal,
): Promise<void> {
  const { journal, clock } = engine;
  const inPlan = hostInPlan(engine, release, step.host ?? '');
  if (await isArmedForIt({ release }, inPlan, { signal })) return;
  // One that has acted is told of at the end.
  if ((await readDeadManMark(release, inPlan, { signal })) !== undefined) return;
  const present = await journal.load(release.releaseId);
  if (present === undefined || isEnding(present)) return;
  await armDeadMan({ ...engine, release: present }, inPlan, { signal });
  const rearmed = new Date(clock.now()).toISOString();
  await journal.amend(release.releaseId, step.position, { until: present.confirmBy, rearmed });
  // Whoever ended it meanwhile may have looked before.
  const after = await journal.load(release.releaseId);
  if (after === undefined || isEnding(after)) await disarmDeadMan(release, inPlan, { signal });
}

/** The confirmation disarms before it is written down. */
const isEnding = (release: ReleaseRecord): boolean =>
  !isLiveRelease(release) ||
  release.steps.some(({ kind, state }) => kind === 'confirm' && (state === 'running' || state === 'done'));

/**
 * Disarms what a release that has ended has left armed, and notes it. Each by itself, best effort.
 * @returns whether there is nothing left to do
 */
export async function disarmAll(
  engine: ReleaseEngine,
  releaseId: string,
  { lost: signal }: TaskCall,
): Promise<boolean> {
  const { journal, logger } = engine;
  const release = await journal.load(releaseId);
  // Of one that was turned off each host's own step has disarmed it.
  if (release === undefined || release.endedAt === null || release.state === 'disabled') return true;
  const armed = armedDeadMen(release);
  if (armed.length === 0) return true;
  // By then it has acted, or is lost.
  const overAt = new Date(release.confirmBy).getTime() + OVER_MS;
  if ((await engine.databaseNow()).getTime() > overAt) return true;
  const results = await Promise.all(
    armed.map(async ({ host, position }) => {
      try {
        const word = await lastWordOf(release, hostInPlan(engine, release, host ?? ''), { signal });
        await journal.amend(releaseId, position, word);
        return true;
      } catch (error) {
        logger.warn({ err: error, host }, 'a dead man could not be disarmed; trying again');
        return false;
      }
    }),
  );
  return results.every((isDone) => isDone);
}

/** What they left on their hosts, once it is told. Best effort. */
export async function removeMarks(engine: ReleaseEngine, release: ReleaseRecord): Promise<void> {
  const acted = release.steps.filter(({ after }) => after?.acted !== undefined);
  await Promise.allSettled(
    acted.map(async ({ host }) => removeDeadManMark(release, hostInPlan(engine, release, host ?? ''))),
  );
}
