import type { Target } from '../../runbook/targets.js';
import type { Queryable } from '../../store/queryable.js';
import { releasePayload, requestPayload, TASKS, type Task } from '../../worker/task.js';
import { refuseConfirmation } from '../confirm-release.js';
import { expireOrWait } from '../end-request.js';
import type { ReleaseContext } from '../release-context.js';
import { releaseQueue } from '../release-jobs.js';
import { sharedPlaces } from '../shared-places.js';
import { auditedJournal } from './audited-journal.js';
import { handOver, type LookResult, type ReleaseEngine, retryLater } from './release-engine.js';
import { runDeadline } from './run-deadline.js';
import { runRelease } from './run-release.js';
import { forNobodyElse, onApprovedHost } from './steps/approved-host.js';
import { checkpointStep } from './steps/checkpoint.js';
import { compareDigestStep } from './steps/compare-digest.js';
import { confirmStep } from './steps/confirm.js';
import { convergeStep } from './steps/converge.js';
import { armDeadManStep, whenAllDisarmed, withLastWord } from './steps/dead-man.js';
import { disableStep } from './steps/disable.js';
import { createLockStep } from './steps/lock.js';
import { precheckStep } from './steps/precheck.js';
import { proveStartStep } from './steps/prove-start.js';
import { pruneArtefacts } from './steps/prune-artefacts.js';
import { createReleaseChecks } from './steps/release-checks.js';
import { restartStep } from './steps/restart.js';
import { revertStep } from './steps/revert.js';
import { createStageStep } from './steps/stage-artefact.js';
import { DEFAULT_PACE, type StepRegistry } from './steps/step.js';
import { createStepJournal } from './steps/step-journal.js';
import { writeEnvironmentStep } from './steps/write-environment.js';

interface EngineParts extends Pick<ReleaseEngine, 'hostOf' | 'clock' | 'logger'> {
  readonly context: ReleaseContext;
}

/** The engine of this replica and the clocks of requests, as the tasks that the worker runs. */
export function composeEngine({
  context,
  hostOf,
  clock,
  logger,
}: EngineParts): Readonly<Record<string, Task>> {
  const { database, targets, sources, recordEvent, now } = context;
  const engine: ReleaseEngine = {
    journal: auditedJournal(createStepJournal(context), recordEvent, now),
    steps: createStepRegistry(database),
    hostOf,
    targets,
    runbook: sources.runbook,
    checks: createReleaseChecks(context),
    refuseConfirmation: (release) => refuseConfirmation(context, release),
    sharedPlaces: sharedPlacesNow(hostOf, sources.everyTarget),
    clock,
    databaseNow: () => context.databaseNow(database),
    pace: DEFAULT_PACE,
    prune: (release, target) =>
      pruneArtefacts({ database, hostOf, everyTarget: sources.everyTarget, now }, release, target),
    logger,
  };
  return {
    ...createReleaseTasks(engine, database),
    [TASKS.requestExpiry]: async (payload) => {
      await expireOrWait(context, requestPayload.parse(payload).requestId);
    },
  };
}

export const sharedPlacesNow =
  (hostOf: ReleaseEngine['hostOf'], everyTarget: readonly Target[]): ReleaseEngine['sharedPlaces'] =>
  (artefacts, { plan, settings }, call) =>
    sharedPlaces(artefacts.target, { plan, settings, artefacts }, { hostOf, everyTarget }, call);

/** The durable work of releases: a look that must go on later leaves its own next job behind. */
export function createReleaseTasks(
  engine: ReleaseEngine,
  database: Queryable,
): Readonly<Record<string, Task>> {
  const task = (
    look: typeof runRelease,
    again: (releaseId: string, afterMs: number) => Promise<void>,
  ): Task => {
    return async (payload, call) => {
      const { releaseId } = releasePayload.parse(payload);
      const result = await look(engine, releaseId, call).catch((error: unknown): LookResult => {
        if (call.lost.aborted) throw error;
        if (call.stopping.aborted) return handOver(engine);
        engine.logger.error({ err: error, releaseId }, 'a release could not go on; trying again');
        return retryLater(engine);
      });
      if (result.kind === 'wait')
        await again(releaseId, Math.max(0, result.until.getTime() - engine.clock.now()));
    };
  };
  return {
    [TASKS.release]: task(runRelease, (releaseId, afterMs) =>
      releaseQueue.wake(database, releaseId, afterMs),
    ),
    [TASKS.releaseDeadline]: task(runDeadline, (releaseId, afterMs) =>
      releaseQueue.lookAtDeadline(database, releaseId, afterMs),
    ),
  };
}

export function createStepRegistry(database: Queryable): StepRegistry {
  return {
    lock: createLockStep(database),
    precheck: precheckStep,
    compare_digest: compareDigestStep,
    arm_dead_man: onApprovedHost(armDeadManStep),
    stage_model: onApprovedHost(forNobodyElse(createStageStep('model'))),
    stage_binary: onApprovedHost(forNobodyElse(createStageStep('binary'))),
    write_environment: onApprovedHost(writeEnvironmentStep),
    restart: onApprovedHost(restartStep),
    prove_start: proveStartStep,
    checkpoint: checkpointStep,
    converge: convergeStep,
    confirm: whenAllDisarmed(confirmStep),
    revert: withLastWord(revertStep),
    disable: withLastWord(disableStep),
  };
}
