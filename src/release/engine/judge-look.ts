import { stuckSteps } from '../../domain/release-course.js';
import type { ReleaseProblem } from '../../domain/release-problem.js';
import type { ReleaseRecord, StepRecord } from '../../domain/release-record.js';
import type { TaskCall } from '../../worker/task.js';
import { contextFor, type ReleaseEngine } from './release-engine.js';
import { compareAsLeft } from './steps/as-left.js';
import { hostProblem, isHostError } from './steps/problems.js';
import type { Held, Turn } from './steps/step-journal.js';

/** Steps of which somebody says that they have looked, and that it is fine. */
export const lookedAt = (release: ReleaseRecord): readonly StepRecord[] =>
  stuckSteps(release).filter(({ answered }) => answered?.looked === 'asked');

/**
 * A person's word that all is fine counts where every host is seen to be as it should; else it is said what is not, and
 * somebody must look as before.
 */
export async function judgeLook(
  engine: ReleaseEngine,
  held: Held,
  release: ReleaseRecord,
  call: TaskCall,
): Promise<void> {
  const [first] = lookedAt(release);
  if (first === undefined || first.answered === null) return;
  // Every host is compared, so the word holds for whatever waits for one.
  const steps = stuckSteps(release);
  const problem = await compare(engine, release, first, call);
  const isFine = problem === undefined;
  const now = { ...held, now: new Date(engine.clock.now()) };
  const isUnclear = release.problem?.code === 'effect_unclear';
  const goesOn: Turn = { state: 'running', ...(isUnclear ? { problem: null } : {}) };
  for (const step of steps) {
    const answered = { ...first.answered, looked: isFine ? ('fine' as const) : ('differs' as const) };
    const state = isFine ? 'done' : step.state === 'unclear' ? 'unclear' : 'failed';
    // With the last word, so that nobody finds a release that waits for nothing.
    const turn = isFine && step === steps.at(-1) ? goesOn : undefined;
    await engine.journal.end(now, step.position, { state, problem, answered }, turn);
  }
}

async function compare(
  engine: ReleaseEngine,
  release: ReleaseRecord,
  step: StepRecord,
  call: TaskCall,
): Promise<ReleaseProblem | undefined> {
  try {
    return await compareAsLeft(contextFor(engine, release, step, call));
  } catch (error) {
    if (!isHostError(error) || call.lost.aborted || call.stopping.aborted) throw error;
    return hostProblem(error);
  }
}
