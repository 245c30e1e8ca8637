import { randomUUID } from 'node:crypto';
import { copyFile, lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CheckService } from '../checks/check-service.js';
import {
  composeEnvironment,
  type HostEnvironment,
  readHostEnvironment,
} from '../checks/context/host-environment.js';
import type { PlannedState } from '../checks/context/planned-state.js';
import type { CheckResult } from '../domain/check-run.js';
import type { Training, TrainingFailure, TrainingResult } from '../domain/training.js';
import { type Host, HostError } from '../hosts/host.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { errnoOf } from '../machine/errno.js';
import { readPlainFile } from '../machine/plain-file.js';
import { sha256Of, sha256OfFile } from '../machine/sha256.js';
import { MAX_META_BYTES, readModelMeta } from '../model/model-meta.js';
import type { Runbook } from '../runbook/runbook.js';
import type { Target } from '../runbook/targets.js';
import type { TrainingDefinition } from '../runbook/training.js';

export const MODEL_FILE = 'model.onnx';
export const META_FILE = 'model.meta.json';
export const MIB = 1024 * 1024;
export const MAX_MODEL_BYTES = 512 * MIB;
const ENVIRONMENT_TIMEOUT_MS = 5_000;

export interface JudgeOptions {
  readonly runbook: Runbook;
  readonly definition: TrainingDefinition;
  readonly target: Target;
  readonly hostOf: (settings: TargetHost) => Host;
  readonly checks: Pick<CheckService, 'examine'>;
}

type Judgement =
  | { readonly kind: 'failed'; readonly failure: TrainingFailure }
  | { readonly kind: 'judged'; readonly result: TrainingResult; readonly metaSha256: string };

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
  const size = await outputSize(path, MAX_MODEL_BYTES);
  if (typeof size !== 'number') return size ?? failed('no_model');
  const metaPath = join(folder, META_FILE);
  const metaSize = await outputSize(metaPath, MAX_META_BYTES);
  if (typeof metaSize !== 'number') return metaSize ?? failed('no_meta');
  const meta = (await readPlainFile(metaPath)).toString('utf8');
  const reading = readModelMeta(meta);
  if (reading.kind === 'unreadable')
    return failed('meta_unreadable', { because: reading.because, found: reading.found });
  const { horizon } = reading.meta;
  if (horizon !== undefined && horizon !== training.horizon) {
    return failed('wrong_horizon', { said: horizon, wanted: training.horizon });
  }
  const sha256 = await sha256OfFile(path);
  const check = await gateCheck({ path, sha256, name: training.modelName }, options);
  const metaSha256 = sha256Of(Buffer.from(meta));
  return { kind: 'judged', result: { check, sha256, size, stagedAs: null }, metaSha256 };
}

/** What a trainer wrote is a plain file of its own and no longer than it may be. undefined: there is none. */
async function outputSize(path: string, most: number): Promise<number | Judgement | undefined> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  const file = basename(path);
  if (!found.isFile()) return failed('output_not_a_file', { file });
  return found.size > most ? failed('output_too_large', { file, most: most / MIB }) : found.size;
}

/** The check of the model file, on the first host, as if the model stood there already. */
async function gateCheck(
  { path, sha256, name }: { path: string; sha256: string; name: string },
  { runbook, definition, target, hostOf, checks }: JudgeOptions,
): Promise<CheckResult> {
  const { probe } = definition.gate;
  const [settings] = target.hosts;
  if (probe.judgedModel === undefined || settings === undefined) throw new Error('the training has no gate');
  const present = await presentEnvironment(hostOf(settings), settings);
  const plannedPath = join(settings.models ?? '/', `${name}.onnx`);
  const effective = new Map(present.effective);
  const variable = `${runbook.envPrefix}${probe.judgedModel}`;
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
 * its final name at once. @param judged what the gate has seen @throws FilesChanged; the file system's error
 */
export async function stageModel(
  folder: string,
  staging: string,
  name: string,
  judged: { readonly sha256: string; readonly metaSha256: string },
): Promise<string> {
  await mkdir(staging, { recursive: true });
  await install(join(folder, META_FILE), join(staging, `${name}.meta.json`), judged.metaSha256);
  await install(join(folder, MODEL_FILE), join(staging, `${name}.onnx`), judged.sha256);
  return `${name}.onnx`;
}

/** What is to be staged is not what was judged. */
class FilesChanged extends Error {
  override readonly name = 'FilesChanged';
  readonly code = 'changed';
}

async function install(from: string, to: string, sha256: string): Promise<void> {
  const temporary = `${to}.part`;
  try {
    await copyFile(from, temporary);
    if ((await sha256OfFile(temporary)) !== sha256) throw new FilesChanged(`${basename(from)} has changed`);
    await rename(temporary, to);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Whether a file can be put into a folder: undefined, or why not (a code of the operating system). */
export async function whyNotWritable(folder: string): Promise<string | undefined> {
  const probe = join(folder, `.lobml-${randomUUID()}`);
  try {
    await writeFile(probe, '', { flag: 'wx' });
    await rm(probe);
    return undefined;
  } catch (error) {
    return errnoOf(error) ?? 'unknown';
  }
}
