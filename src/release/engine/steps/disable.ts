import { readHostEnvironment } from '../../../checks/host-environment.js';
import { editEnvironmentFile } from '../../../hosts/environment-edit.js';
import type { Host } from '../../../hosts/host.js';
import { enableFlag, isOn } from '../enable-flag.js';
import { readWrittenLayer, sha256OfText } from '../environment-change.js';
import { isHostError } from '../problems.js';
import { hostOf, lookAgain, type Step, type StepContext } from '../step.js';
import { restartSeen, statusBefore } from './restart.js';

const TRIES = 3;
const PROOF_TIMEOUT_MS = 60_000;
const READ_TIMEOUT_MS = 10_000;

/** Sets the flag to false on a host and restarts it; where the file cannot be written, the service is stopped. */
export const disableStep: Step = {
  async observe(context) {
    if (context.step.before !== null) return context.step.before;
    const at = new Date(context.clock.now());
    return restartSeen(await hostOf(context).host.service.status({ signal: context.interrupted }), at);
  },
  async apply(context, before) {
    const { status: old } = statusBefore(before);
    // A step that was under way when the release was turned off may still have written the file: so look again.
    for (let attempt = 1; ; attempt += 1) {
      const isProved = await switchOffAndRestart(context, old.mainPid);
      const isStillOn = isProved && (await isOnInFiles(context, enableFlag(context.runbook)));
      if (!isStillOn && isProved !== undefined) return { kind: 'done', after: { stopped: false, isProved } };
      if (isProved === undefined || attempt === TRIES) {
        await hostOf(context).host.service.stop({ signal: context.lost });
        return { kind: 'done', after: { stopped: true } };
      }
    }
  },
  reconcile: lookAgain,
};

/** @returns whether the running process shows the flag off; undefined: the files cannot be made to say so. */
async function switchOffAndRestart(context: StepContext, oldPid: number): Promise<boolean | undefined> {
  const { host, plan } = hostOf(context);
  const flag = enableFlag(context.runbook);
  if (!(await switchOff(host, plan.writtenFile, flag, context.lost))) return undefined;
  if (await isOnInFiles(context, flag)) return undefined;
  const { mainPid } = await host.service.status({ signal: context.interrupted });
  const isNew = mainPid !== 0 && mainPid !== oldPid;
  if (!isNew || (await runsWithFlag(host, mainPid, flag, context.interrupted))) {
    await host.service.restart({ signal: context.lost });
  }
  return isProvedOff(context, host, flag);
}

/** @returns false: the host does not take the file. */
async function switchOff(host: Host, path: string, flag: string, signal: AbortSignal): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    const { text, sha256 } = await readWrittenLayer(host, path, signal);
    try {
      const edited = editEnvironmentFile(text, new Map([[flag, 'false']]));
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
async function isOnInFiles(context: StepContext, flag: string): Promise<boolean> {
  const { host, settings } = hostOf(context);
  const call = { timeoutMs: READ_TIMEOUT_MS, signal: context.interrupted };
  return isOn((await readHostEnvironment(host, settings, call)).effective.get(flag)?.value);
}

async function runsWithFlag(host: Host, pid: number, flag: string, signal: AbortSignal): Promise<boolean> {
  return isOn((await host.service.processEnvironment(pid, [flag], { signal }))?.get(flag));
}

async function isProvedOff(context: StepContext, host: Host, flag: string): Promise<boolean> {
  const { clock, pace, interrupted: signal } = context;
  const until = clock.now() + PROOF_TIMEOUT_MS;
  while (clock.now() < until) {
    const { mainPid } = await host.service.status({ signal });
    const running =
      mainPid === 0 ? undefined : await host.service.processEnvironment(mainPid, [flag], { signal });
    if (running !== undefined) return !isOn(running.get(flag));
    await clock.sleep(pace.pollMs, signal);
  }
  return false;
}
