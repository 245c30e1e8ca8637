import type { ReleaseRecord, StepRecord } from '../../domain/release-record.js';
import type { TaskCall } from '../../worker/task.js';
import { type Performed, performStep } from './perform-step.js';
import { unexpected } from './problems.js';
import { contextFor, RETRY_MS, type ReleaseEngine } from './release-engine.js';
import { type Held, SupersededError } from './step-journal.js';

/**
 * One step of a release. What is no fault of a host is thrown, for the log, and noted on the step: whoever reads the
 * message sees why nothing moves.
 */
export async function carryOutStep(
  engine: ReleaseEngine,
  held: Held,
  release: ReleaseRecord,
  step: StepRecord,
  call: TaskCall,
): Promise<Performed> {
  const { journal, steps } = engine;
  try {
    const context = contextFor(engine, release, step, call);
    return await performStep({ journal, held, step: steps[step.kind], context, call, retryMs: RETRY_MS });
  } catch (error) {
    const isOver = call.lost.aborted || call.stopping.aborted || error instanceof SupersededError;
    if (!isOver) await journal.note(held, step.position, unexpected(error)).catch(() => undefined);
    throw error;
  }
}

/** Waits for all of them, also where one has failed: none is left behind unseen. @throws the first error */
export async function settleAll<T>(works: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}
