import type { Queryable } from '../../store/queryable.js';
import type { StepRegistry } from './step.js';
import { checkpointStep } from './steps/checkpoint.js';
import { compareDigestStep } from './steps/compare-digest.js';
import { confirmStep } from './steps/confirm.js';
import { convergeStep } from './steps/converge.js';
import { disableStep } from './steps/disable.js';
import { createLockStep } from './steps/lock.js';
import { precheckStep } from './steps/precheck.js';
import { proveStartStep } from './steps/prove-start.js';
import { restartStep } from './steps/restart.js';
import { revertStep } from './steps/revert.js';
import { createStageStep } from './steps/stage-artefact.js';
import { writeEnvironmentStep } from './steps/write-environment.js';

export function createStepRegistry(database: Queryable): StepRegistry {
  return {
    lock: createLockStep(database),
    precheck: precheckStep,
    compare_digest: compareDigestStep,
    stage_model: createStageStep('model'),
    stage_binary: createStageStep('binary'),
    write_environment: writeEnvironmentStep,
    restart: restartStep,
    prove_start: proveStartStep,
    checkpoint: checkpointStep,
    converge: convergeStep,
    confirm: confirmStep,
    revert: revertStep,
    disable: disableStep,
  };
}
