import {
  failedReverts,
  hasChanged,
  isForward,
  isPuttingBack,
  missedHost,
  nextStep,
  openSteps,
  touchedHosts,
  waitsForDeadline,
} from '../../domain/release-course.js';
import type { ReleaseProblem } from '../../domain/release-problem.js';
import type { ReleaseRecord, StepRecord } from '../../domain/release-record.js';
import { isLiveRelease, LIVE_RELEASE_STATES, type ReleaseState } from '../../domain/release-state.js';
import type { TaskCall } from '../../worker/task.js';
import { disarmAll } from './dead-men.js';
import { judgeLook, lookedAt } from './judge-look.js';
import { performStep, settleAll } from './perform-step.js';
import {
  handOver,
  type LookResult,
  loadHeld,
  REST,
  type ReleaseEngine,
  retryLater,
  targetOf,
} from './release-engine.js';
import { type Held, SupersededError, type Turn } from './steps/step-journal.js';

/**
 * Carries a release as far as it goes now: to its end, to the time of its next checkpoint, or to where a person must
 * look. Any replica may call it at any time; the one that called last goes on, and what an earlier one still wants to
 * record is refused.
 */
export async function runRelease(
  engine: ReleaseEngine,
  releaseId: string,
  call: TaskCall,
): Promise<LookResult> {
  const result = await carryOn(engine, releaseId, call);
  if (result.kind !== 'rest') return result;
  return (await disarmAll(engine, releaseId, call)) ? result : retryLater(engine);
}

async function carryOn(engine: ReleaseEngine, releaseId: string, call: TaskCall): Promise<LookResult> {
  try {
    await closeHalted(engine, releaseId);
    const epoch = await engine.journal.claim(releaseId, LIVE_RELEASE_STATES);
    if (epoch === undefined) return REST;
    for (;;) {
      call.lost.throwIfAborted();
      if (call.stopping.aborted) return handOver(engine);
      const held = { releaseId, epoch, states: LIVE_RELEASE_STATES, now: new Date(engine.clock.now()) };
      const result = await goOn(engine, held, call);
      if (result?.kind === 'rest') await closeHalted(engine, releaseId);
      if (result !== undefined) return result;
    }
  } catch (error) {
    if (error instanceof SupersededError) {
      await closeHalted(engine, releaseId);
      return REST;
    }
    throw error;
  }
}

/** One step, or one turn. undefined: there is more to do. */
async function goOn(engine: ReleaseEngine, held: Held, call: TaskCall): Promise<LookResult | undefined> {
  const release = await loadHeld(engine, held);
  if (release === undefined || release.epoch !== held.epoch || !isLiveRelease(release)) return REST;
  if (release.state === 'needs_person' && lookedAt(release).length > 0) {
    await judgeLook(engine, held, release, call);
    return undefined;
  }
  if (isPuttingBack(release)) return putBack(engine, held, release, call);
  if (release.state === 'needs_person') return REST;
  const missed = missedHost(release);
  if (missed !== undefined) {
    const facts = { host: missed.host, by: missed.by.name };
    await engine.journal.turn(held, turnBack(release, { code: 'host_given_up', facts }));
    return undefined;
  }
  const step = nextStep(release);
  // An interrupted step comes first: what it has done must be known before it is undone.
  if (release.cancelRequested !== null && step?.state !== 'running') {
    await engine.journal.turn(held, turnBack(release, cancelProblem(release)));
    return undefined;
  }
  if (step === undefined) return REST;
  if (isFirstOfWatch(release, step)) await engine.journal.turn(held, { state: 'watching' });
  return advance(engine, held, release, step, call);
}

async function advance(
  engine: ReleaseEngine,
  held: Held,
  release: ReleaseRecord,
  step: StepRecord,
  call: TaskCall,
): Promise<LookResult | undefined> {
  const { journal, clock } = engine;
  const result = await performStep(engine, held, release, step, call);
  const now = { ...held, now: new Date(clock.now()) };
  switch (result.kind) {
    case 'refused':
      // It did not begin: a cancellation, which comes next, finds it so.
      await journal.end(now, step.position, { state: 'pending' });
      return undefined;
    case 'done':
      await journal.end(now, step.position, { state: 'done', after: result.after }, result.turn);
      if (step.kind === 'confirm') await prune(engine, release);
      return undefined;
    case 'wait':
      if (step.kind === 'checkpoint') {
        await journal.end(now, step.position, { state: 'pending', after: result.after }, result.turn);
      }
      if (result.problem !== undefined) await journal.note(now, step.position, result.problem);
      return result;
    case 'failed':
      await fail(engine, now, release, step, result);
      return undefined;
    case 'unclear': {
      const { problem } = result;
      await journal.end(
        now,
        step.position,
        { state: 'unclear', problem },
        { state: 'needs_person', problem },
      );
      return REST;
    }
  }
}

async function fail(
  engine: ReleaseEngine,
  held: Held,
  release: ReleaseRecord,
  step: StepRecord,
  { problem, after }: { readonly problem: ReleaseProblem; readonly after?: StepRecord['after'] & object },
): Promise<void> {
  const end = { state: 'failed', problem, after } as const;
  if (!isForward(step.kind)) {
    // The state of before does not start either: only a person can say what now, and the deadline stands. Why the release
    // is put back stays what it was.
    await engine.journal.end(held, step.position, end, { state: 'needs_person' });
  } else if (waitsForDeadline(step)) {
    await engine.journal.end(held, step.position, end, { problem });
  } else {
    // The step itself has begun, whatever was loaded before it did.
    const begun = release.steps.map((other) =>
      other === step ? { ...step, attempts: step.attempts + 1, after: after ?? step.after } : other,
    );
    await engine.journal.end(
      held,
      step.position,
      end,
      turnBack({ ...release, steps: begun }, problem, step.host),
    );
  }
}

/** Back to what stood before, the host that failed first, or the end where nothing was touched. */
function turnBack(
  release: Pick<ReleaseRecord, 'plan' | 'steps' | 'givenUp'>,
  problem: ReleaseProblem,
  failing: string | null = null,
): Turn {
  const hosts = touchedHosts(release);
  const touched = [...hosts.filter((host) => host === failing), ...hosts.filter((host) => host !== failing)];
  if (touched.length === 0) return { state: 'cancelled', problem, ended: true };
  return { problem, instead: touched.map((host) => ({ kind: 'revert', host })) };
}

function cancelProblem({ cancelRequested }: ReleaseRecord): ReleaseProblem {
  const facts = { by: cancelRequested?.by.name ?? '', reason: cancelRequested?.reason ?? '' };
  return { code: 'cancelled_by_person', facts };
}

/** All hosts at once: one that does not answer, or does not come up, must not keep the others waiting. */
async function putBack(
  engine: ReleaseEngine,
  held: Held,
  release: ReleaseRecord,
  call: TaskCall,
): Promise<LookResult | undefined> {
  const open = openSteps(release, 'revert');
  if (open.length === 0) return finishRevert(engine, held, release);
  const results = await settleAll(open.map((step) => advance(engine, held, release, step, call)));
  return results.find((result) => result !== undefined);
}

async function finishRevert(engine: ReleaseEngine, held: Held, release: ReleaseRecord): Promise<LookResult> {
  if (failedReverts(release).length > 0) return REST;
  const isPutBack =
    touchedHosts(release).length > 0 &&
    hasChanged(release) &&
    release.problem?.code !== 'cancelled_by_person';
  await engine.journal.turn(held, { state: isPutBack ? 'reverted' : 'cancelled', ended: true });
  return REST;
}

/** The watch begins when every host runs the release. */
function isFirstOfWatch(release: ReleaseRecord, { kind, host }: StepRecord): boolean {
  return release.state === 'running' && kind === 'checkpoint' && host === null;
}

/** A rollback took over: the steps and the lock are let go of; everything else is the rollback's. */
async function closeHalted({ journal, clock }: ReleaseEngine, releaseId: string): Promise<void> {
  const states: readonly ReleaseState[] = ['halted'];
  const epoch = await journal.claim(releaseId, states);
  if (epoch === undefined) return;
  await journal.turn({ releaseId, epoch, states, now: new Date(clock.now()) }, { ended: true });
}

async function prune(engine: ReleaseEngine, release: ReleaseRecord): Promise<void> {
  try {
    await engine.prune(release, targetOf(engine, release));
  } catch (error) {
    engine.logger.warn({ err: error, target: release.target }, 'old artefacts could not be taken away');
  }
}
