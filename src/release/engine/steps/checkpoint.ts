import { evaluateCanary } from '../../../domain/canary-verdict.js';
import { checkpointDueAt } from '../../../domain/release-course.js';
import { verdictProblem } from './problems.js';
import { lookAgain, type Step } from './step.js';

/**
 * Runs the post-deploy checks when their time has come, counted from the last proved start. What is neither good nor
 * bad (a quiet market, a query that failed) is asked again, until the release's deadline decides.
 */
export const checkpointStep: Step = {
  async observe({ release, step, clock }) {
    const dueAt = checkpointDueAt(release, step);
    if (dueAt === undefined) throw new Error('there is no start to count from');
    return clock.now() < dueAt.getTime() ? { notBefore: dueAt } : { dueAt: dueAt.toISOString() };
  },
  async apply({ release, step, plan, checks, clock, pace, interrupted }) {
    const run = await checks.checkpoint(release, step.host, interrupted);
    const changes = plan.hosts.find(({ host }) => host === step.host)?.changes ?? [];
    const { verdict, setAside } = evaluateCanary(run, changes);
    const after = { runId: run.runId, verdict, setAside: [...setAside] };
    if (verdict === 'NO_GO') return { kind: 'failed', problem: verdictProblem(run), after };
    if (verdict === 'HOLD') return { kind: 'wait', until: new Date(clock.now() + pace.retryCheckMs), after };
    return { kind: 'done', after };
  },
  reconcile: lookAgain,
};
