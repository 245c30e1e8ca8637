import { failedStart } from '../problems.js';
import { proveStart } from '../start-plan.js';
import { earlier, hostOf, lookAgain, nothingSeen, type Step } from '../step.js';
import { statusBefore } from './restart.js';

/** Waits until the restart has led to a running service with the plan's values, or has failed. */
export const proveStartStep: Step = {
  observe: nothingSeen,
  async apply(context) {
    const inPlan = hostOf(context);
    const restart = earlier(context, 'restart', inPlan.host.name)?.before;
    if (restart === undefined || restart === null) throw new Error('there is no restart to prove');
    const proof = await proveStart(context, inPlan, statusBefore(restart), inPlan.plan.changes);
    if (proof.kind === 'failed_fast')
      return { kind: 'failed', problem: failedStart(inPlan.host.name, proof) };
    const { pid, provedAt, loadedLine = null } = proof;
    return { kind: 'done', after: { pid, provedAt: provedAt.toISOString(), loadedLine } };
  },
  reconcile: lookAgain,
};
