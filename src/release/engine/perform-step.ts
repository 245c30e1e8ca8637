import { isForward } from '../../domain/release-course.js';
import type { ReleaseProblem } from '../../domain/release-problem.js';
import type { ReleaseRecord, Seen, StepRecord } from '../../domain/release-record.js';
import type { EnvironmentEditError } from '../../hosts/environment/environment-edit.js';
import type { TaskCall } from '../../worker/task.js';
import { contextFor, handOver, type ReleaseEngine, retryLater } from './release-engine.js';
import {
  editProblem,
  hostProblem,
  isEditError,
  isHostError,
  StagedElsewhereError,
  unexpected,
} from './steps/problems.js';
import { hostOf, type Step, type StepContext, type StepOutcome } from './steps/step.js';
import { type Held, SupersededError } from './steps/step-journal.js';

type Performed =
  | StepOutcome
  | { readonly kind: 'unclear'; readonly problem: ReleaseProblem }
  /** The release was cancelled, halted or taken over since: look at it again. */
  | { readonly kind: 'refused' };

/**
 * Carries one step of a release out. What is no fault of a host is thrown, for the log, and noted on the step: whoever
 * reads the message sees why nothing moves.
 */
export async function performStep(
  engine: ReleaseEngine,
  held: Held,
  release: ReleaseRecord,
  step: StepRecord,
  call: TaskCall,
): Promise<Performed> {
  try {
    const context = contextFor(engine, release, step, call);
    return await perform({ engine, held, step: engine.steps[step.kind], context, call });
  } catch (error) {
    const isOver = call.lost.aborted || call.stopping.aborted || error instanceof SupersededError;
    if (!isOver) await engine.journal.note(held, step.position, unexpected(error)).catch(() => undefined);
    throw error;
  }
}

interface Performance {
  readonly engine: ReleaseEngine;
  readonly held: Held;
  readonly step: Step;
  readonly context: StepContext;
  readonly call: TaskCall;
}

/**
 * A step that was interrupted is not simply run again: the host's real state says whether it was done. The same holds
 * where an answer did not come: whether the host has acted is looked at, never assumed.
 * @throws what is no fault of a host; the step then stands as it was recorded.
 */
async function perform(performance: Performance): Promise<Performed> {
  const { context, step, call } = performance;
  try {
    const { before, state } = context.step;
    if (state === 'running' && before !== null) {
      const found = await step.reconcile(context, before);
      if (found.kind !== 'not_done') return found;
    }
    return await begin(performance);
  } catch (error) {
    if (isEditError(error)) return { kind: 'failed', problem: ofItsFile(context, error) };
    if (error instanceof StagedElsewhereError) return leaveToAnother(performance, error);
    if (!isHostError(error) || call.lost.aborted) throw error;
    return laterOrFailed(performance, error);
  }
}

function ofItsFile(context: StepContext, error: EnvironmentEditError): ReleaseProblem {
  const { plan } = hostOf(context);
  return editProblem(plan.host, plan.writtenFile, error);
}

async function begin(performance: Performance): Promise<Performed> {
  const { engine, held, context, step } = performance;
  const { kind, position } = context.step;
  // A checkpoint has its own time to count from.
  const isFirst = kind !== 'checkpoint' && context.step.attemptedAt == null;
  const noted = isFirst ? engine.journal.attempt(held, position) : undefined;
  noted?.catch(() => undefined);
  await step.first?.(context).catch((error: unknown) => {
    // Whether it was done is looked at by the step itself.
    if (!isHostError(error) || performance.call.lost.aborted) throw error;
  });
  await noted;
  const problem = await step.refuse?.(context);
  if (problem !== undefined) return { kind: 'failed', problem };
  const seen = await step.observe(context);
  if (isTooEarly(seen)) return { kind: 'wait', until: seen.notBefore };
  if (!(await engine.journal.begin(held, position, seen, isForward(kind)))) return { kind: 'refused' };
  try {
    return await step.apply(context, seen);
  } catch (error) {
    if (!isHostError(error) || performance.call.lost.aborted) throw error;
    const found = await step.reconcile(context, seen);
    if (found.kind !== 'not_done') return found;
    return laterOrFailed(performance, error);
  }
}

/** What puts back or switches off never gives up, and neither does a look after all hosts have the release. */
function laterOrFailed({ engine, context, call }: Performance, error: unknown): Performed {
  if (!isHostError(error)) throw error;
  if (call.stopping.aborted) return handOver(engine);
  const goesOn =
    !isForward(context.step.kind) || context.step.state === 'running' || context.step.kind === 'converge';
  const problem = hostProblem(error);
  if (goesOn || context.step.kind === 'confirm') return { ...retryLater(engine), problem };
  return { kind: 'failed', problem };
}

/** Not after the same time on each replica: the one whose look falls first would be the same for ever. */
const leaveToAnother = (
  { engine: { clock } }: Performance,
  { problem }: StagedElsewhereError,
): Performed => ({
  kind: 'wait',
  until: new Date(clock.now() + 500 + Math.random() * 2_000),
  problem,
});

const isTooEarly = (seen: Seen | { readonly notBefore: Date }): seen is { readonly notBefore: Date } =>
  seen.notBefore instanceof Date;

/** Waits for all of them, also where one has failed: none is left behind unseen. @throws the first error */
export async function settleAll<T>(works: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}
