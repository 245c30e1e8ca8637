import { copyFile, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckService } from '../checks/check-service.js';
import { composeEnvironment, type HostEnvironment, readHostEnvironment } from '../checks/host-environment.js';
import type { PlannedState } from '../checks/planned-state.js';
import type { CheckResult } from '../domain/check-run.js';
import { type Host, HostError } from '../hosts/host.js';
import { sha256Of } from '../model/model-gate.js';
import { readModelMeta } from '../model/model-meta.js';
import type { Runbook } from '../runbook/runbook.js';
import type { Target, TargetHost } from '../runbook/targets.js';
import type { TrainingDefinition } from '../runbook/training.js';
import type { Training, TrainingFailure, TrainingResult } from './training.js';

export const MODEL_FILE = 'model.onnx';
export const META_FILE = 'model.meta.json';
const ENVIRONMENT_TIMEOUT_MS = 5_000;

export interface JudgeOptions {
  readonly runbook: Runbook;
  readonly definition: TrainingDefinition;
  readonly target: Target;
  readonly hostOf: (settings: TargetHost) => Host;
  readonly checks: Pick<CheckService, 'examine'>;
}

export type Judgement =
  | { readonly kind: 'failed'; readonly failure: TrainingFailure }
  | { readonly kind: 'judged'; readonly result: TrainingResult };

const failed = (code: TrainingFailure['code'], facts: TrainingFailure['facts'] = {}): Judgement => ({
  kind: 'failed',
  failure: { code, facts },
});

/** Looks at what a trainer left in its folder, and lets the gate judge it as a release of the target would. */
export async function judgeTraining(
  folder: string,
  training: Pick<Training, 'horizon' | 'modelName'>,
  options: JudgeOptions,
): Promise<Judgement> {
  const path = join(folder, MODEL_FILE);
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) return failed('no_model');
  const meta = await readFile(join(folder, META_FILE), 'utf8').catch(() => undefined);
  if (meta === undefined) return failed('no_meta');
  const reading = readModelMeta(meta);
  if (reading.kind === 'unreadable') return failed('meta_unreadable', { because: reading.because });
  const { horizon } = reading.meta;
  if (horizon !== undefined && horizon !== training.horizon) {
    return failed('wrong_horizon', { said: horizon, wanted: training.horizon });
  }
  const sha256 = sha256Of(bytes);
  const check = await gateCheck({ path, sha256, name: training.modelName }, options);
  return { kind: 'judged', result: { check, sha256, size: bytes.length, stagedAs: null } };
}

/** The check of the model file, on the first host, as if the model stood there already. */
async function gateCheck(
  { path, sha256, name }: { path: string; sha256: string; name: string },
  { runbook, definition, target, hostOf, checks }: JudgeOptions,
): Promise<CheckResult> {
  const { probe } = definition.gate;
  const [settings] = target.hosts;
  if (probe.kind !== 'model' || settings === undefined) throw new Error('the training has no gate');
  const present = await presentEnvironment(hostOf(settings), settings);
  const plannedPath = join(settings.models ?? '/', `${name}.onnx`);
  const effective = new Map(present.effective);
  const variable = `${runbook.envPrefix}${probe.variable}`;
  effective.set(variable, { name: variable, value: plannedPath, file: '', line: 0, sources: [] });
  const planned: PlannedState = new Map([
    [
      settings.name,
      {
        environment: { ...present, effective },
        model: { path: plannedPath, stagedPath: path, sha256 },
        drift: [],
        present,
      },
    ],
  ]);
  const [result] = await checks.examine({
    target: { ...target, hosts: [settings] },
    checks: [definition.gate],
    planned,
  });
  if (result === undefined) throw new Error('the gate gave no result');
  return result;
}

/** A host that does not answer is told by the check itself, which asks it for the running model. */
async function presentEnvironment(host: Host, settings: TargetHost): Promise<HostEnvironment> {
  try {
    const signal = AbortSignal.timeout(ENVIRONMENT_TIMEOUT_MS);
    return await readHostEnvironment(host, settings, { timeoutMs: ENVIRONMENT_TIMEOUT_MS, signal });
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return composeEnvironment([]);
  }
}

/**
 * Puts the model and its meta.json into the staging folder, where releases find them. The model comes last, under
 * its final name at once. @throws the file system's error
 */
export async function stageModel(folder: string, staging: string, name: string): Promise<string> {
  await mkdir(staging, { recursive: true });
  await install(join(folder, META_FILE), join(staging, `${name}.meta.json`));
  await install(join(folder, MODEL_FILE), join(staging, `${name}.onnx`));
  return `${name}.onnx`;
}

async function install(from: string, to: string): Promise<void> {
  const temporary = `${to}.part`;
  try {
    await copyFile(from, temporary);
    await rename(temporary, to);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Whether a folder is there at all. */
export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
