import { stat } from 'node:fs/promises';
import type { ObservedRow } from '../../domain/check-run.js';
import { gateModel } from '../../model/gate-model.js';
import { type ModelCandidate, type ModelFinding, ModelRuntimeMissing } from '../../model/model-gate.js';
import type { CheckContext } from '../context/check-context.js';
import { ProbeError } from '../context/observation.js';
import type { PlannedModel } from '../context/planned-state.js';

export type HeldAgainst = Pick<
  ModelCandidate,
  'isReplacing' | 'runningMeta' | 'typicalRows' | 'expectedInputDim'
>;

/** Judges a model that still waits on the bot's machine, before anything of it is brought to a host. */
export async function plannedModelFinding(
  { stagedPath, sha256 }: PlannedModel,
  against: HeldAgainst,
  { modelGate }: Pick<CheckContext, 'modelGate'>,
): Promise<ObservedRow> {
  const found = await stat(stagedPath).catch(() => undefined);
  if (found === undefined) return { staged_path: stagedPath, fault: 'file_missing' };
  if (!found.isFile()) return { staged_path: stagedPath, fault: 'not_a_file' };
  const finding = await sayingWhatIsMissing(() => gateModel(modelGate, { path: stagedPath, ...against }));
  return finding['sha256'] === sha256 ? finding : { ...finding, fault: 'model_not_as_planned' };
}

/** Without ONNX Runtime the check has no answer: an ERROR that says how to install it. */
export async function sayingWhatIsMissing(work: () => Promise<ModelFinding>): Promise<ModelFinding> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ModelRuntimeMissing)) throw error;
    throw new ProbeError({ code: 'model_runtime_missing' }, error.message, { cause: error });
  }
}
