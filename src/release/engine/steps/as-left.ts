import { isPuttingBack } from '../../../domain/release-course.js';
import type { ReleaseProblem } from '../../../domain/release-problem.js';
import type { ReleaseRecord, StepRecord } from '../../../domain/release-record.js';
import { differenceProblem, lookAtHost } from './converge.js';
import { wasRestarted, wasStopped } from './revert.js';
import type { StepContext } from './step.js';

/**
 * Every host against the approved plan, as it must stand where the release has come to: as before where it is put back or
 * was not written yet, else as planned; unclear steps count as done. A process must also be the same, without a restart,
 * for longer than the pause between two automatic ones.
 * @returns by name whatever is not so. @throws HostError
 */
export async function compareAsLeft(context: StepContext): Promise<ReleaseProblem | undefined> {
  const names = context.plan.hosts.map(({ host }) => host);
  const pids = await pidsOf(context, names);
  const problem = differenceProblem(await Promise.all(names.map((host) => lookAsLeft(context, host))));
  if (problem !== undefined) return problem;
  const secs = Math.max(...names.map((name) => context.host(name).settings.service.restartSecs));
  await context.clock.sleep(secs * 1_000 + context.pace.pollMs, context.interrupted);
  const later = await pidsOf(context, names);
  const moved = names.filter((_, index) => later[index] !== pids[index]);
  if (moved.length === 0) return undefined;
  return { code: 'hosts_differ', facts: { differences: moved.map((host) => `${host}: process restarts`) } };
}

const pidsOf = (context: StepContext, names: readonly string[]): Promise<readonly number[]> =>
  Promise.all(
    names.map(async (name) => {
      const { host } = context.host(name);
      return (await host.service.status({ signal: context.interrupted })).mainPid;
    }),
  );

function lookAsLeft(context: StepContext, name: string) {
  const { release, plan } = context;
  const isBack = isPuttingBack(release);
  const steps = isBack ? release.steps.filter(isNoChange) : release.steps.map(asDone);
  const isDone = (kind: StepRecord['kind']) =>
    steps.some((step) => step.kind === kind && step.host === name && step.state === 'done');
  const seen: StepContext = {
    ...context,
    release: { ...release, steps },
    plan: isBack ? { ...plan, model: undefined, binary: undefined } : plan,
  };
  const inPlan = context.host(name);
  const { changes } = inPlan.plan;
  const back = changes.map((change) => ({ ...change, before: change.after, after: change.before }));
  const asPlanned = {
    ...inPlan,
    plan: { ...inPlan.plan, changes: isDone('write_environment') ? changes : back },
  };
  const hasProcess = wasRestarted(context, name) && (isBack ? !wasStopped(context, name) : isDone('restart'));
  return lookAtHost(seen, asPlanned, hasProcess);
}

/** Where a host goes back, what the release wrote there is not what is expected. */
const isNoChange = ({ kind }: ReleaseRecord['steps'][number]): boolean =>
  kind !== 'write_environment' && kind !== 'stage_model' && kind !== 'stage_binary';

const asDone = (step: StepRecord): StepRecord =>
  step.state === 'unclear' ? { ...step, state: 'done' } : step;
