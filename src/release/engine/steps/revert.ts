import { failedStart } from '../problems.js';
import { restoreHost } from '../restore-host.js';
import { proveStart } from '../start-plan.js';
import { earlier, hostOf, lookAgain, type Step, type StepContext } from '../step.js';
import { restartSeen, statusBefore } from './restart.js';

/**
 * Puts a host back to what it was before the release and restarts it, if the release had restarted it. Each part is
 * looked at before it is done, so an interrupted revert is simply gone through again.
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
    const { status: old } = statusBefore(before);
    const present = await inPlan.host.service.status({ signal: context.interrupted });
    const isRestarted = present.mainPid !== 0 && present.mainPid !== old.mainPid && present.restarts === 0;
    if (!isRestarted) await inPlan.host.service.restart({ signal: context.lost });
    const proof = await proveStart(context, inPlan, before, []);
    if (proof.kind === 'failed_fast')
      return { kind: 'failed', problem: failedStart(inPlan.host.name, proof) };
    return { kind: 'done', after: { ...restored, restarted: true, pid: proof.pid } };
  },
  reconcile: lookAgain,
};

function wasRestarted(context: StepContext, host: string): boolean {
  return (earlier(context, 'restart', host)?.attempts ?? 0) > 0;
}
