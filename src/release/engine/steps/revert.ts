import { basename } from 'node:path';
import { byBotsClock } from '../../../domain/clocks.js';
import { type HostPlan, metaPathOf } from '../../../domain/release-plan.js';
import type { ReleaseProblem } from '../../../domain/release-problem.js';
import type { Seen } from '../../../domain/release-record.js';
import { shownInFile } from '../../../hosts/environment/concealed-value.js';
import { editEnvironmentFile } from '../../../hosts/environment/environment-edit.js';
import type { Host, ServiceStatus } from '../../../hosts/host.js';
import { isOn } from '../../../runbook/flag-state.js';
import { enableFlag, modelVariable } from '../../../runbook/strategy-contract.js';
import {
  backupPathOf,
  changesBack,
  changesBackWithFlagOff,
  readWrittenLayer,
  sha256OfText,
} from './environment-change.js';
import { presentSha256, putKeptBack } from './kept-artefact.js';
import { failedStart, saidNo } from './problems.js';
import { proveStart } from './prove-start.js';
import { isUnknown, refusalOf, seeServiceIfPossible, statusBefore, statusIfPossible } from './restart.js';
import { isStopped, statusAfterInterruption, stopService } from './service-effect.js';
import { stagedSchema } from './stage-artefact.js';
import {
  earlier,
  type HostInPlan,
  hostOf,
  lookAgain,
  readClockOf,
  readFiles,
  type Step,
  type StepContext,
} from './step.js';
import { writtenSchema } from './write-environment.js';

/**
 * Puts a host back to what it was before the release and restarts it, if the release had restarted it; a service that
 * was stopped before is stopped again. Each part is looked at before it is done, so an interrupted revert is simply gone
 * through again.
 */
export const revertStep: Step = {
  // What was recorded at the first try stays: the process of that moment is the one that has to go.
  observe: async (context) => context.step.before ?? seeServiceIfPossible(context),
  async apply(context, before) {
    const inPlan = hostOf(context);
    const restored = { ...(await restoreHost(context, inPlan)) };
    if (!wasRestarted(context, inPlan.host.name))
      return { kind: 'done', after: { ...restored, restarted: false } };
    if (wasStopped(context, inPlan.host.name)) {
      if (await stopService(context, inPlan.host.service))
        return { kind: 'done', after: { ...restored, restarted: false, leftStopped: true } };
      return { kind: 'failed', problem: { code: 'not_off', facts: { host: inPlan.host.name } } };
    }
    const restart = await restartOnce(context, inPlan.host, before);
    if ('refusal' in restart) return { kind: 'failed', problem: restart.refusal };
    const proof = await proveStart(context, inPlan, restart, []);
    if (proof.kind === 'failed_fast')
      return { kind: 'failed', problem: failedStart(inPlan.host.name, proof) };
    const after = { ...restored, restarted: true, pid: proof.pid, ...(await whatRuns(context, inPlan)) };
    return { kind: 'done', after };
  },
  reconcile: lookAgain,
};

/** Of a start that was proved against these files: whether the strategy is on, and with which model. Nothing hangs on it. */
async function whatRuns(context: StepContext, inPlan: HostInPlan): Promise<Seen> {
  const { runbook } = context;
  const { effective } = await readFiles(context, inPlan).catch(() => ({ effective: undefined }));
  if (effective === undefined) return {};
  const isStrategyOn = isOn(runbook, effective.get(enableFlag(runbook))?.value);
  const path = shownInFile(effective.get(modelVariable(runbook, 'path') ?? ''))?.trim() ?? '';
  return { on: isStrategyOn, model: path === '' ? null : basename(path) };
}

/**
 * Stops before it starts: a process that fails again and again must not write its last words into the new one's log.
 * One that was started since the revert began is not restarted again. A refusal is answered with another try: a limit
 * of starts opens again.
 */
async function restartOnce(
  context: StepContext,
  host: Host,
  before: Seen,
): Promise<{ readonly status: ServiceStatus; readonly at: Date } | { readonly refusal: ReleaseProblem }> {
  const { lost, interrupted, clock, pace } = context;
  const { service } = host;
  const recorded = statusBefore(before);
  // Where nobody could look, any process may be the one that has to go.
  const isStarted = ({ mainPid, restarts }: ServiceStatus) =>
    !isUnknown(recorded.status) && mainPid !== 0 && mainPid !== recorded.status.mainPid && restarts === 0;
  const isSeen = (await statusIfPossible(context, service)) !== undefined;
  const present = isSeen ? await statusAfterInterruption(context, service, isStarted) : recorded.status;
  if (isSeen && isStarted(present)) {
    const started = present.startedAt ?? present.activeSince;
    const at = started && byBotsClock(started, await readClockOf(context, host));
    return { status: recorded.status, at: at ?? recorded.at };
  }
  await service.stop({ signal: lost });
  const status = (await statusIfPossible(context, service)) ?? recorded.status;
  const at = new Date(clock.now());
  for (;;) {
    try {
      await service.restart({ signal: lost });
      return { status, at };
    } catch (error) {
      if (!saidNo(error)) throw error;
      if (clock.now() - at.getTime() >= pace.offMs)
        return { refusal: await refusalOf(context, host, error, at) };
      await clock.sleep(pace.pollMs, interrupted);
    }
  }
}

export function wasRestarted(context: StepContext, host: string): boolean {
  return (earlier(context, 'restart', host)?.attempts ?? 0) > 0;
}

/** Whether the release's restart was what started it. */
export function wasStopped(context: StepContext, host: string): boolean {
  const seen = earlier(context, 'restart', host)?.before ?? null;
  return seen !== null && isStopped(statusBefore(seen).status);
}

/** What was put back on a host; each part is looked at first, so that doing it twice does it once. */
interface Restored {
  readonly environment: 'as_before' | 'lines' | 'untouched';
  readonly model: boolean;
  readonly binary: boolean;
}

/** Puts the environment and the artefacts of before the release back. @throws HostError, EnvironmentEditError */
async function restoreHost(context: StepContext, { host, plan }: HostInPlan): Promise<Restored> {
  const { model, binary } = context.plan;
  const { modelPath, binaryPath } = plan;
  // It goes first: what a later start would read.
  const environment = await restoreEnvironment(context, { host, plan });
  const isModelBack = await restoreArtefact(context, host, modelPath, model?.sha256, plan.presentModelSha256);
  const staged = earlier(context, 'stage_model', host.name)?.before ?? null;
  const metaBefore = staged === null ? undefined : stagedSchema.parse(staged).metaSha256;
  if (modelPath !== undefined && metaBefore !== undefined) {
    await restoreArtefact(context, host, metaPathOf(modelPath), model?.metaSha256, metaBefore);
  }
  return {
    model: isModelBack,
    binary: await restoreArtefact(context, host, binaryPath, binary?.sha256, plan.presentBinarySha256),
    environment,
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
