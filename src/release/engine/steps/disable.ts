import { readHostEnvironment } from '../../../checks/context/host-environment.js';
import { editEnvironmentFile } from '../../../hosts/environment/environment-edit.js';
import type { Host, ServiceStatus } from '../../../hosts/host.js';
import { enableFlag } from '../../../runbook/strategy-contract.js';
import { isOn, readWrittenLayer, sha256OfText } from './environment-change.js';
import { isHostError } from './problems.js';
import { seeService, statusBefore } from './restart.js';
import { isStopped, statusAfterInterruption, stopService } from './service-effect.js';
import { hostOf, lookAgain, READ_TIMEOUT_MS, type Step, type StepContext } from './step.js';

const TRIES = 3;

/**
 * Sets the flag to off on a host and restarts it. It is done when a new process has the flag off, or when there is
 * none; where that does not come, the service is stopped and seen stopped.
 */
export const disableStep: Step = {
  observe: async (context) => context.step.before ?? seeService(context),
  async apply(context, before) {
    const { host } = hostOf(context);
    const { status: old } = statusBefore(before);
    // A step that was under way when the release was turned off may still have written the file: so look again.
    for (let attempt = 1; attempt <= TRIES && (await areFilesOff(context)); attempt += 1) {
      const status = await restartUnlessOff(context, old.mainPid);
      if (status === undefined || (await isOnInFiles(context))) continue;
      const after = isStopped(status) ? { stopped: true } : { stopped: false, pid: status.mainPid };
      return { kind: 'done', after };
    }
    if (await stopService(context, host.service)) return { kind: 'done', after: { stopped: true } };
    return { kind: 'failed', problem: { code: 'not_off', facts: { host: host.name } } };
  },
  reconcile: lookAgain,
};

/** Writes the flag, and looks whether every layer together now says off. */
async function areFilesOff(context: StepContext): Promise<boolean> {
  const { host, plan } = hostOf(context);
  const { runbook, lost } = context;
  const off = new Map([[enableFlag(runbook), runbook.flag.off]]);
  return (await switchOff(host, plan.writtenFile, off, lost)) && !(await isOnInFiles(context));
}

/** @returns the status that proves the service off; undefined: none came in time. */
async function restartUnlessOff(context: StepContext, oldPid: number): Promise<ServiceStatus | undefined> {
  const { runbook, clock, pace, lost, interrupted: signal } = context;
  const { host } = hostOf(context);
  const isOff = async (status: ServiceStatus) =>
    isStopped(status) || (await isNewAndOff(host, status, oldPid, runbook, signal));
  if (!(await isOff(await statusAfterInterruption(context, host.service, isOff)))) {
    await host.service.restart({ signal: lost });
  }
  const since = clock.now();
  let stoppedSince: number | undefined;
  for (;;) {
    const status = await host.service.status({ signal });
    if (await isNewAndOff(host, status, oldPid, runbook, signal)) return status;
    stoppedSince = isStopped(status) ? (stoppedSince ?? clock.now()) : undefined;
    // Between the two halves of a restart nothing runs either.
    if (stoppedSince !== undefined && clock.now() - stoppedSince >= pace.settleMs) return status;
    if (clock.now() - since >= pace.offMs) return undefined;
    await clock.sleep(pace.pollMs, signal);
  }
}

async function isNewAndOff(
  { service }: Host,
  { mainPid }: ServiceStatus,
  oldPid: number,
  runbook: StepContext['runbook'],
  signal: AbortSignal,
): Promise<boolean> {
  if (mainPid === 0 || mainPid === oldPid) return false;
  try {
    const flag = enableFlag(runbook);
    const running = await service.processEnvironment(mainPid, [flag], { signal });
    return running !== undefined && !isOn(runbook, running.get(flag));
  } catch (error) {
    // What cannot be read proves nothing.
    if (!isHostError(error) || signal.aborted) throw error;
    return false;
  }
}

/** @returns false: the host does not take the file. */
async function switchOff(
  host: Host,
  path: string,
  off: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    const { text, sha256 } = await readWrittenLayer(host, path, signal);
    try {
      const edited = editEnvironmentFile(text, off);
      if (sha256OfText(edited) === sha256) return true;
      await host.replaceFile(path, Buffer.from(edited, 'utf8'), { expectedSha256: sha256, signal });
      return true;
    } catch (error) {
      if (!isHostError(error)) return false;
      if (['no_space', 'read_only', 'permission_denied'].includes(error.code)) return false;
      if (error.code !== 'changed_since_plan' || attempt === TRIES) throw error;
    }
  }
}

/** A later layer may set it again. */
async function isOnInFiles(context: StepContext): Promise<boolean> {
  const { host, settings } = hostOf(context);
  const call = { timeoutMs: READ_TIMEOUT_MS, signal: context.interrupted };
  // A layer that is missing or refused keeps nobody from turning off.
  const { effective } = await readHostEnvironment(host, settings, call);
  return isOn(context.runbook, effective.get(enableFlag(context.runbook))?.value);
}
