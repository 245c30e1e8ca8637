import { isForward } from '../../domain/release-course.js';
import type { ReleaseProblem } from '../../domain/release-problem.js';
import type { Seen } from '../../domain/release-record.js';
import type { TaskCall } from '../../worker/task.js';
import { hostProblem, isEditError, isHostError, unexpected } from './problems.js';
import type { Step, StepContext, StepOutcome } from './step.js';
import type { Held, StepJournal } from './step-journal.js';

export type Performed =
  | StepOutcome
  | { readonly kind: 'unclear'; readonly problem: ReleaseProblem }
  /** The release was cancelled, halted or taken over since: look at it again. */
  | { readonly kind: 'refused' };

interface Performance {
  readonly journal: Pick<StepJournal, 'begin'>;
  readonly held: Held;
  readonly step: Step;
  readonly context: StepContext;
  readonly call: TaskCall;
  /** After this, a host that did not answer is asked again. */
  readonly retryMs: number;
}

/**
 * Carries one step out. One that was interrupted is not simply run again: the host's real state says whether it was
 * done. The same holds where an answer did not come: whether the host has acted is looked at, never assumed.
 * @throws what is no fault of a host; the step then stands as it was recorded.
 */
export async function performStep(performance: Performance): Promise<Performed> {
  const { context, step, call } = performance;
  try {
    const { before, state } = context.step;
    if (state === 'running' && before !== null) {
      const found = await step.reconcile(context, before);
      if (found.kind !== 'not_done') return found;
    }
    return await begin(performance);
  } catch (error) {
    if (isEditError(error)) return { kind: 'failed', problem: unexpected(error) };
    if (!isHostError(error) || call.lost.aborted) throw error;
    return laterOrFailed(performance, error);
  }
}

async function begin(performance: Performance): Promise<Performed> {
  const { journal, held, context, step } = performance;
  const { kind, position } = context.step;
  const seen = await step.observe(context);
  if (isTooEarly(seen)) return { kind: 'wait', until: seen.notBefore };
  if (!(await journal.begin(held, position, seen, isForward(kind)))) return { kind: 'refused' };
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
function laterOrFailed({ context, call, retryMs }: Performance, error: unknown): Performed {
  if (!isHostError(error)) throw error;
  const until = new Date(context.clock.now() + retryMs);
  if (call.stopping.aborted) return { kind: 'wait', until: new Date(context.clock.now()) };
  const goesOn =
    !isForward(context.step.kind) || context.step.state === 'running' || context.step.kind === 'converge';
  const problem = hostProblem(error);
  if (goesOn || context.step.kind === 'confirm') return { kind: 'wait', until, problem };
  return { kind: 'failed', problem };
}

const isTooEarly = (seen: Seen | { readonly notBefore: Date }): seen is { readonly notBefore: Date } =>
  seen.notBefore instanceof Date;
