import { readHostEnvironment } from '../../../checks/context/host-environment.js';
import type { HostErrorCode } from '../../../domain/host-fault.js';
import { editEnvironmentFile } from '../../../hosts/environment/environment-edit.js';
import type { Host, ServiceManager, ServiceStatus } from '../../../hosts/host.js';
import { hasLoaded } from '../../../hosts/managers/has-loaded.js';
import { leftProcesses } from '../../../hosts/managers/left-processes.js';
import { isOn } from '../../../runbook/flag-state.js';
import { enableFlag } from '../../../runbook/strategy-contract.js';
import { readWrittenLayer, sha256OfText } from './environment-change.js';
import { hostProblem, isHostError, saidNo } from './problems.js';
import { seeServiceIfPossible, statusBefore, statusIfPossible } from './restart.js';
import { isStopped, statusAfterInterruption, stopService } from './service-effect.js';
import { hostOf, lookAgain, READ_TIMEOUT_MS, type Step, type StepContext, type StepOutcome } from './step.js';

const TRIES = 3;

/**
 * Sets the flag to off on a host and restarts it, as a halt does: the file is written before anything is looked at, and
 * a restart is sent also where nobody can look. It is done when a new process has the flag off, or when there is none;
 * where that does not come, the service is stopped and seen stopped.
 */
export const disableStep: Step = {
  async first(context) {
    await areFilesOff(context);
  },
  observe: async (context) => context.step.before ?? seeServiceIfPossible(context),
  async apply(context, before) {
    const { host } = hostOf(context);
    const { status: old } = statusBefore(before);
    // A step that was under way when the release was turned off may still have written the file: so look again.
    for (let attempt = 1; attempt <= TRIES && (await areFilesOff(context)); attempt += 1) {
      const isSent = context.step.after?.restarted === true;
      if (!isSent && (await statusIfPossible(context, host.service)) === undefined)
        return restartUnseen(context);
      const status = await restartUnlessOff(context, old.mainPid);
      // Its flag does not count: something else turns it on, at each restart anew.
      if (status === 'loaded') break;
      if (status === undefined || (await isOnInFiles(context))) continue;
      if (isStopped(status) && (await isAnythingLeft(context, old.mainPid))) continue;
      const after = isStopped(status) ? { stopped: true } : { stopped: false, pid: status.mainPid };
      return { kind: 'done', after };
    }
    const isAllStopped =
      (await stopService(context, host.service)) && !(await isAnythingLeft(context, old.mainPid));
    if (isAllStopped) return { kind: 'done', after: { stopped: true } };
    return { kind: 'failed', problem: { code: 'not_off', facts: { host: host.name } } };
  },
  reconcile: lookAgain,
};

/** Nobody can look: the restart is sent all the same, once, and its proof waits until somebody can. */
async function restartUnseen(context: StepContext): Promise<StepOutcome> {
  const { clock, lost, interrupted: signal } = context;
  const { service } = hostOf(context).host;
  if (!(await isRestarted(service, lost))) await service.stop({ signal: lost });
  const waiting = { kind: 'wait', until: new Date(clock.now()), after: SENT } as const;
  try {
    await service.status({ signal });
    return waiting;
  } catch (error) {
    if (!isHostError(error) || signal.aborted) throw error;
    return { ...waiting, problem: hostProblem(error) };
  }
}

const SENT = { restarted: true };

/** @returns false: the restart was refused. @throws HostError where its answer was lost */
async function isRestarted(service: ServiceManager, signal: AbortSignal): Promise<boolean> {
  try {
    await service.restart({ signal });
    return true;
  } catch (error) {
    if (!saidNo(error)) throw error;
    return false;
  }
}

/**
 * Writes the flag, and looks whether every layer together now says off.
 * @returns false: the host does not take the file, or another layer says on.
 */
async function areFilesOff(context: StepContext): Promise<boolean> {
  const { host, plan } = hostOf(context);
  const { runbook, lost } = context;
  const off = new Map([[enableFlag(runbook), runbook.flag.off]]);
  return (await switchOff(host, plan.writtenFile, off, lost)) && !(await isOnInFiles(context));
}

/**
 * @returns the status that proves the service off; `loaded`: a new process has loaded the strategy although its flag is
 *   off; undefined: neither came in time, or the restart was refused.
 */
async function restartUnlessOff(
  context: StepContext,
  oldPid: number,
): Promise<ServiceStatus | 'loaded' | undefined> {
  const { runbook, clock, pace, lost, interrupted: signal } = context;
  const { host } = hostOf(context);
  const isOff = async (status: ServiceStatus) =>
    isStopped(status) || (await lookAtNew(host, status, oldPid, runbook, signal)) === 'off';
  const isDone = await isOff(await statusAfterInterruption(context, host.service, isOff));
  if (!isDone && !(await isRestarted(host.service, lost))) return undefined;
  const since = clock.now();
  let stoppedSince: number | undefined;
  for (;;) {
    const status = await host.service.status({ signal });
    const found = await lookAtNew(host, status, oldPid, runbook, signal);
    if (found !== 'not_off') return found === 'off' ? status : found;
    stoppedSince = isStopped(status) ? (stoppedSince ?? clock.now()) : undefined;
    // Between the two halves of a restart nothing runs either.
    if (stoppedSince !== undefined && clock.now() - stoppedSince >= pace.settleMs) return status;
    if (clock.now() - since >= pace.offMs) return undefined;
    await clock.sleep(pace.pollMs, signal);
  }
}

/** Whether processes of before are seen to live on behind a service that is stopped. */
async function isAnythingLeft(context: StepContext, pidBefore: number): Promise<boolean> {
  const { service } = hostOf(context).host;
  const { runbook, interrupted: signal } = context;
  const wanted = new Map([[enableFlag(runbook), runbook.flag.off]]);
  const left = await leftProcesses(
    service,
    await service.status({ signal }),
    { wanted, pidBefore },
    { signal },
  );
  return left !== undefined && left.length > 0;
}

/** What a service's new process shows. */
async function lookAtNew(
  { service }: Host,
  status: ServiceStatus,
  oldPid: number,
  runbook: StepContext['runbook'],
  signal: AbortSignal,
): Promise<'off' | 'loaded' | 'not_off'> {
  const { mainPid } = status;
  if (mainPid === 0 || mainPid === oldPid) return 'not_off';
  try {
    const flag = enableFlag(runbook);
    const running = await service.processEnvironment(mainPid, [flag], { signal });
    if (running === undefined || isOn(runbook, running.get(flag))) return 'not_off';
    const wanted = new Map([[flag, runbook.flag.off]]);
    const [left, isLoaded] = await Promise.all([
      leftProcesses(service, status, { wanted, pidBefore: oldPid }, { signal }),
      hasLoaded(service, status, { startLog: runbook.startLog, pidBefore: oldPid }, { signal }),
    ]);
    if (isLoaded === true) return 'loaded';
    return left === undefined || left.length === 0 ? 'off' : 'not_off';
  } catch (error) {
    // What cannot be read proves nothing.
    if (!isHostError(error) || signal.aborted) throw error;
    return 'not_off';
  }
}

/** Faults after which the file may be written at the next try. */
const MAY_PASS: readonly HostErrorCode[] = ['changed_since_plan', 'unreachable', 'timeout', 'cancelled'];

/** @returns false: the host does not take the file. */
async function switchOff(
  host: Host,
  path: string,
  off: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { text, sha256 } = await readWrittenLayer(host, path, signal);
      const edited = editEnvironmentFile(text, off);
      if (sha256OfText(edited) === sha256) return true;
      await host.replaceFile(path, Buffer.from(edited, 'utf8'), { expectedSha256: sha256, signal });
      return true;
    } catch (error) {
      // What cannot be edited, or is refused for good: the service is stopped instead.
      if (!isHostError(error)) return false;
      if (!MAY_PASS.includes(error.code)) return false;
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
