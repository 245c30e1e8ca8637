import type { Seen } from '../../../domain/release-record.js';
import type { ServiceManager, ServiceStatus } from '../../../hosts/host.js';
import { statusAfterInterruption } from '../late-effect.js';
import { failedStart } from '../problems.js';
import { restoreHost } from '../restore-host.js';
import { proveStart } from '../start-plan.js';
import { earlier, hostOf, lookAgain, type Step, type StepContext } from '../step.js';
import { isStopped, stopService } from '../stop-service.js';
import { restartSeen, statusBefore } from './restart.js';

/**
 * Puts a host back to what it was before the release and restarts it, if the release had restarted it; a service that
 * was stopped before is stopped again. Each part is looked at before it is done, so an interrupted revert is simply gone
 * through again.
 */
export const revertStep: Step = {
  async observe(context) {
    // What was recorded at the first try stays: the process of that moment is the one that has to go.
    if (context.step.before !== null) return context.step.before;
    const at = new Date(context.clock.now());
    return restartSeen(await hostOf(context).host.service.status({ signal: context.interrupted }), at);
  },
  async apply(context, before) {
    const inPlan = hostOf(context);
    const restored = { ...(await restoreHost(context, inPlan)) };
    if (!wasRestarted(context, inPlan.host.name))
      return { kind: 'done', after: { ...restored, restarted: false } };
    if (wasStopped(context, inPlan.host.name)) {
      if (await stopService(context, inPlan.host))
        return { kind: 'done', after: { ...restored, restarted: false, leftStopped: true } };
      return { kind: 'failed', problem: { code: 'not_off', facts: { host: inPlan.host.name } } };
    }
    const restart = await restartOnce(context, inPlan.host.service, before);
    const proof = await proveStart(context, inPlan, restart, []);
    if (proof.kind === 'failed_fast')
      return { kind: 'failed', problem: failedStart(inPlan.host.name, proof) };
    return { kind: 'done', after: { ...restored, restarted: true, pid: proof.pid } };
  },
  reconcile: lookAgain,
};

/**
 * Stops before it starts: a process that fails again and again must not write its last words into the new one's log.
 * One that was started since the revert began is not restarted again.
 */
async function restartOnce(
  context: StepContext,
  service: ServiceManager,
  before: Seen,
): Promise<{ readonly status: ServiceStatus; readonly at: Date }> {
  const { lost, interrupted, clock } = context;
  const recorded = statusBefore(before);
  const isStarted = ({ mainPid, restarts }: ServiceStatus) =>
    mainPid !== 0 && mainPid !== recorded.status.mainPid && restarts === 0;
  const present = await statusAfterInterruption(context, service, isStarted);
  if (isStarted(present)) {
    return { status: recorded.status, at: present.activeSince ?? recorded.at };
  }
  await service.stop({ signal: lost });
  const status = await service.status({ signal: interrupted });
  const at = new Date(clock.now());
  await service.restart({ signal: lost });
  return { status, at };
}

function wasRestarted(context: StepContext, host: string): boolean {
  return (earlier(context, 'restart', host)?.attempts ?? 0) > 0;
}

/** Whether the release's restart was what started it. */
function wasStopped(context: StepContext, host: string): boolean {
  const seen = earlier(context, 'restart', host)?.before ?? null;
  return seen !== null && isStopped(statusBefore(seen).status);
}
