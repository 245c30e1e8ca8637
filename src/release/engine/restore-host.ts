import { type HostPlan, metaPathOf } from '../../domain/release-plan.js';
import { editEnvironmentFile } from '../../hosts/environment/environment-edit.js';
import type { Host } from '../../hosts/host.js';
import {
  backupPathOf,
  changesBack,
  changesBackWithFlagOff,
  readWrittenLayer,
  sha256OfText,
} from './environment-change.js';
import { presentSha256, putKeptBack } from './kept-artefact.js';
import { earlier, type HostInPlan, type StepContext } from './step.js';
import { stagedSchema } from './steps/stage-artefact.js';
import { writtenSchema } from './steps/write-environment.js';

/** What was put back on a host; each part is looked at first, so that doing it twice does it once. */
interface Restored {
  readonly environment: 'as_before' | 'lines' | 'untouched';
  readonly model: boolean;
  readonly binary: boolean;
}

/** Puts the environment and the artefacts of before the release back. @throws HostError, EnvironmentEditError */
export async function restoreHost(context: StepContext, { host, plan }: HostInPlan): Promise<Restored> {
  const { model, binary } = context.plan;
  const { modelPath, binaryPath } = plan;
  const isModelBack = await restoreArtefact(context, host, modelPath, model?.sha256, plan.presentModelSha256);
  const staged = earlier(context, 'stage_model', host.name)?.before ?? null;
  const metaBefore = staged === null ? undefined : stagedSchema.parse(staged).metaSha256;
  if (modelPath !== undefined && metaBefore !== undefined) {
    await restoreArtefact(context, host, metaPathOf(modelPath), model?.metaSha256, metaBefore);
  }
  return {
    model: isModelBack,
    binary: await restoreArtefact(context, host, binaryPath, binary?.sha256, plan.presentBinarySha256),
    environment: await restoreEnvironment(context, { host, plan }),
  };
}

/**
 * The backup's bytes where the file is still what the release wrote. Where somebody has changed it since, perhaps a
 * rollback, only the release's own lines go back, and the flag only to off: turning the strategy on is not for this
 * step.
 */
async function restoreEnvironment(
  context: StepContext,
  { host, plan }: Pick<HostInPlan, 'host' | 'plan'>,
): Promise<Restored['environment']> {
  const seen = earlier(context, 'write_environment', host.name)?.before;
  if (seen === undefined || seen === null) return 'untouched';
  const { path, sha256, afterSha256, existed, assignments } = writtenSchema.parse(seen);
  const { lost: signal } = context;
  const present = await readWrittenLayer(host, path, signal);
  if (present.sha256 === sha256) return 'untouched';
  if (present.sha256 === afterSha256) {
    if (!existed) {
      await host.removeFile(path, { signal });
      return 'as_before';
    }
    const backup = await host.readFile(backupPathOf(path), { signal });
    if (backup?.sha256 === sha256) {
      await host.replaceFile(path, backup.bytes, { expectedSha256: afterSha256, signal });
      return 'as_before';
    }
  }
  const isOurs = present.sha256 === afterSha256;
  const changes = isOurs
    ? changesBack(assignments)
    : changesBackWithFlagOff(assignments, context.runbook, plan);
  const text = editEnvironmentFile(present.text, changes);
  if (sha256OfText(text) === present.sha256) return 'untouched';
  await host.replaceFile(path, Buffer.from(text, 'utf8'), { expectedSha256: present.sha256, signal });
  return 'lines';
}

async function restoreArtefact(
  { lost: signal }: StepContext,
  host: Host,
  path: HostPlan['modelPath'],
  staged: string | undefined,
  presentBefore: string,
): Promise<boolean> {
  if (path === undefined || staged === undefined || staged === presentBefore) return false;
  if ((await presentSha256(host, path, signal)) !== staged) return false;
  if (presentBefore === '') await host.removeFile(path, { signal });
  else await putKeptBack(host, { path, sha256: presentBefore }, signal);
  return true;
}
