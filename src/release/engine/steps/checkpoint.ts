import { addMilliseconds } from 'date-fns/addMilliseconds';
import { evaluateCanary } from '../../../domain/canary-verdict.js';
import type { CheckRun } from '../../../domain/check-run.js';
import { type LackingCheck, lackingData } from '../../../domain/lacking-data.js';
import { checkpointAfter, checkpointDueAt, readLookedAt } from '../../../domain/release-course.js';
import type { Confirmation, Seen } from '../../../domain/release-record.js';
import type { ReleaseRefusal } from '../../../domain/release-refusal.js';
import { verdictProblem } from './problems.js';
import { lookAgain, type Step, type StepContext, type StepOutcome } from './step.js';

/**
 * Runs the post-deploy checks when their time has come, counted from the last proved start, and until then looks at an
 * interval whether anything fails. What is neither good nor bad (a quiet market, a query that failed) is asked again, until the release's deadline decides. Where data is all
 * that lacks, the checkpoint leaves it to the one after it; at the last one a person may confirm the release.
 */
export const checkpointStep: Step = {
  async observe(context) {
    const { release, step, clock } = context;
    const dueAt = checkpointDueAt(release, step);
    if (dueAt === undefined) throw new Error('there is no start to count from');
    if (clock.now() >= dueAt.getTime()) return { dueAt: dueAt.toISOString() };
    const lookAt = nextLookAt(context, dueAt);
    return clock.now() < lookAt.getTime() ? { notBefore: lookAt } : { lookAt: lookAt.toISOString() };
  },
  async apply(context, before) {
    const { release, step, plan, checks, interrupted } = context;
    const isLook = before.lookAt !== undefined;
    const run = await checks.checkpoint(release, step.host, interrupted, isLook ? 'NO_GO' : undefined);
    const changes = plan.hosts.find(({ host }) => host === step.host)?.changes ?? [];
    const { verdict, setAside } = evaluateCanary(run, changes);
    const after = { runId: run.runId, verdict, setAside: [...setAside] };
    if (verdict === 'NO_GO') return { kind: 'failed', problem: verdictProblem(run), after };
    if (isLook) return lookedAt(context);
    if (verdict === 'HOLD') return hold(context, run, after);
    return { kind: 'done', after };
  },
  reconcile: lookAgain,
};

/** Every look runs all checks, and only a failure counts: whether there is data enough is asked when they are due. */
function nextLookAt({ release, step, target, clock }: StepContext, dueAt: Date): Date {
  const before = release.steps.findLast(({ position }) => position < step.position);
  const last = readLookedAt(step) ?? before?.finishedAt ?? new Date(clock.now()).toISOString();
  const next = addMilliseconds(new Date(last), target.watch.lookSecs * 1000);
  return next < dueAt ? next : dueAt;
}

function lookedAt({ clock }: StepContext): StepOutcome {
  const now = new Date(clock.now());
  // When the next one is due shows when the step is looked at again.
  return { kind: 'wait', until: now, after: { lookedAt: now.toISOString() } };
}

/** Neither good nor bad. */
async function hold(context: StepContext, run: CheckRun, seen: Seen): Promise<StepOutcome> {
  const { release, step, clock, pace } = context;
  const missing = lackingData(run);
  const lacking = step.host === null ? missing : [];
  const after: Seen = { ...seen, lacking: lacking.map((check) => ({ ...check })) };
  const next = checkpointAfter(release, step);
  const nextDueAt = next && checkpointDueAt(release, next);
  if (lacking.length > 0 && nextDueAt !== undefined && nextDueAt.getTime() <= clock.now())
    return { kind: 'done', after };
  // What only lacks data comes by itself; anything else may need somebody.
  const problem = missing.length > 0 ? {} : { problem: verdictProblem(run) };
  const waiting = {
    kind: 'wait',
    until: new Date(clock.now() + pace.retryCheckMs),
    after,
    ...problem,
  } as const;
  const { confirmation } = release;
  if (next !== undefined || confirmation === null || confirmation.refused !== undefined) return waiting;
  const refusal = await judgeConfirmation(context, run, lacking);
  if (refusal === undefined)
    return { kind: 'done', after: { ...after, confirmedBy: confirmedBy(confirmation) } };
  return { ...waiting, turn: { confirmation: { ...confirmation, refused: refusal } } };
}

/** The checks as they are now, and the person as they are known now, both decide. */
async function judgeConfirmation(
  { release, refuseConfirmation }: StepContext,
  run: CheckRun,
  lacking: readonly LackingCheck[],
): Promise<ReleaseRefusal | undefined> {
  if (lacking.length > 0) return refuseConfirmation(release);
  const { checks = [], hosts = [] } = verdictProblem(run).facts;
  return { code: 'more_than_data_missing', facts: { checks: [checks, hosts].flat().join(', ') } };
}

const confirmedBy = ({ by, reason, at }: Confirmation) => ({ by: { ...by }, reason, at });
