import { hostsToTurnOff, openSteps, touchedHosts } from '../../domain/release-course.js';
import type { ReleaseProblem } from '../../domain/release-problem.js';
import type { ReleaseRecord, StepRecord } from '../../domain/release-record.js';
import { LIVE_RELEASE_STATES } from '../../domain/release-state.js';
import type { TaskCall } from '../../worker/task.js';
import { keepArmed, removeMarks } from './dead-men.js';
import { performStep, settleAll } from './perform-step.js';
import { type LookResult, loadHeld, REST, type ReleaseEngine, retryLater } from './release-engine.js';
import { actedProblem } from './steps/dead-man.js';
import { type Held, SupersededError } from './steps/step-journal.js';

/** How often it is looked whether the hosts' own timers still stand. */
const LOOK_MS = 60_000;

/**
 * Commit-confirm: a release that is not confirmed by its deadline turns itself off. The state changes first, so that
 * the engine's steps can record nothing more; then the flag goes to false at once on all hosts that the release has
 * touched and not put back.
 */
export async function runDeadline(
  engine: ReleaseEngine,
  releaseId: string,
  call: TaskCall,
): Promise<LookResult> {
  try {
    const release = await engine.journal.load(releaseId);
    if (release === undefined || release.endedAt !== null) return REST;
    const confirmBy = new Date(release.confirmBy);
    const leftMs = confirmBy.getTime() - (await engine.databaseNow()).getTime();
    if (release.state !== 'disabled' && leftMs > 0) {
      await keepArmed(engine, release, leftMs, call);
      return { kind: 'wait', until: new Date(engine.clock.now() + Math.min(leftMs, LOOK_MS)) };
    }
    if (!(await turnOff(engine, release, new Date(engine.clock.now())))) return REST;
    return await disableHosts(engine, releaseId, call);
  } catch (error) {
    // Another replica may only have looked: whether there is still something to turn off shows at the next look.
    if (!(error instanceof SupersededError)) throw error;
    return retryLater(engine);
  }
}

/** @returns whether there are hosts to disable. */
async function turnOff(engine: ReleaseEngine, release: ReleaseRecord, now: Date): Promise<boolean> {
  if (release.state === 'disabled') return true;
  const { journal } = engine;
  const { releaseId, confirmBy } = release;
  const epoch = await journal.claim(releaseId, LIVE_RELEASE_STATES);
  if (epoch === undefined) return false;
  const held: Held = { releaseId, epoch, states: LIVE_RELEASE_STATES, now };
  const problem = { code: 'deadline_passed', facts: { confirmBy } } as const;
  // Looked at again under the claim: the steps that were recorded until now are all there will be.
  const present = await loadHeld(engine, held);
  const hosts = present === undefined ? [] : hostsToTurnOff(present);
  if (present === undefined || hosts.length === 0) {
    const isPutBack = present !== undefined && touchedHosts(present).length > 0;
    await journal.turn(held, { state: isPutBack ? 'reverted' : 'cancelled', problem, ended: true });
    return false;
  }
  const instead = hosts.map((host) => ({ kind: 'disable' as const, host }));
  await journal.turn(held, { state: 'disabled', problem, instead });
  return true;
}

async function disableHosts(engine: ReleaseEngine, releaseId: string, call: TaskCall): Promise<LookResult> {
  const { journal, clock } = engine;
  const states = ['disabled'] as const;
  const epoch = await journal.claim(releaseId, states);
  if (epoch === undefined) return REST;
  const held = (): Held => ({ releaseId, epoch, states, now: new Date(clock.now()) });
  const release = await loadHeld(engine, held());
  if (release === undefined) return REST;
  const open = openSteps(release, 'disable');
  // One host that does not answer must not keep the others waiting.
  const answers = await settleAll(open.map((step) => disable(engine, held, release, step, call)));
  if (!answers.every((isDone) => isDone)) return retryLater(engine);
  const off = (await journal.load(releaseId)) ?? release;
  const problem = actedInstead(off);
  await journal.turn(held(), { ended: true, ...(problem === undefined ? {} : { problem }) });
  await removeMarks(engine, off);
  return REST;
}

/** Hosts that had turned themselves off before anybody else did. */
function actedInstead({ steps, confirmBy }: ReleaseRecord): ReleaseProblem | undefined {
  const words = steps.flatMap(({ kind, host, after }) =>
    kind === 'disable' && host !== null ? [{ host, acted: after?.acted }] : [],
  );
  return actedProblem({ confirmBy }, words);
}

async function disable(
  engine: ReleaseEngine,
  held: () => Held,
  release: ReleaseRecord,
  step: StepRecord,
  call: TaskCall,
): Promise<boolean> {
  const { journal } = engine;
  const result = await performStep(engine, held(), release, step, call);
  if (result.kind === 'done')
    await journal.end(held(), step.position, { state: 'done', after: result.after });
  else if (result.kind === 'wait' && result.after !== undefined)
    await journal.end(held(), step.position, {
      state: 'pending',
      after: result.after,
      problem: result.problem,
    });
  else if ('problem' in result && result.problem !== undefined)
    await journal.note(held(), step.position, result.problem);
  return result.kind === 'done';
}
