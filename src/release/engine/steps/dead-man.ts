import { faultAsFacts } from '../../../domain/host-fault.js';
import { armedDeadMen } from '../../../domain/release-course.js';
import type { ReleaseProblem } from '../../../domain/release-problem.js';
import type { ReleaseRecord } from '../../../domain/release-record.js';
import {
  type DeadManMark,
  type DeadManOrder,
  deadManMarkPath,
  deadManName,
  parseDeadManMark,
} from '../../../hosts/dead-man.js';
import { type CallOptions, type DeadManHolder, HostError } from '../../../hosts/host.js';
import { enableFlag } from '../../../runbook/strategy-contract.js';
import { saidNo } from './problems.js';
import {
  type HostInPlan,
  hostOf,
  READ_TIMEOUT_MS,
  type Step,
  type StepContext,
  type StepTools,
} from './step.js';

/** What it takes to know and to arm one: a step's context, or the engine beside its steps. */
interface DeadManParts extends Pick<StepTools, 'runbook' | 'databaseNow'> {
  readonly release: ReleaseRecord;
}

/** The bot acts first where it can: the host only after this. */
const GRACE_MS = 1_500;

/** Arms the host's own timer before anything is changed there. */
export const armDeadManStep: Step = {
  observe: async () => ({}),
  async apply(context) {
    const { release, lost: signal } = context;
    const inPlan = hostOf(context);
    const failed = (error: HostError) => {
      const facts = { ...faultAsFacts(error.fault), host: inPlan.host.name };
      return {
        kind: 'failed',
        problem: { code: 'dead_man_not_armed', facts },
        after: { armed: false },
      } as const;
    };
    try {
      await armDeadMan(context, inPlan, { signal });
    } catch (error) {
      // Of an answer that was lost nobody knows: the host is looked at.
      if (!saidNo(error)) throw error;
      return failed(error);
    }
    return { kind: 'done', after: { until: release.confirmBy } };
  },
  async reconcile(context) {
    const { release, interrupted: signal } = context;
    const inPlan = hostOf(context);
    const isArmed = await isArmedForIt(context, inPlan, { signal });
    return isArmed ? { kind: 'done', after: { until: release.confirmBy } } : { kind: 'not_done' };
  },
};

/** The same step, done only when the host's dead man is disarmed, or has had the last word: what it did stands in `acted`. */
export const withLastWord = (step: Step): Step => ({
  ...step,
  async apply(context, before) {
    const outcome = await step.apply(context, before);
    const inPlan = hostOf(context);
    const isHeld = armedDeadMen(context.release).some(({ host }) => host === inPlan.plan.host);
    if (outcome.kind !== 'done' || !isHeld || inPlan.host.service.deadMan === undefined) return outcome;
    const word = await lastWordOf(context.release, inPlan, { signal: context.lost });
    return { ...outcome, after: { ...outcome.after, ...word } };
  },
});

/** The same step, done only when every host's dead man is disarmed, and none has acted. */
export const whenAllDisarmed = (step: Step): Step => ({
  ...step,
  async apply(context, before) {
    const outcome = await step.apply(context, before);
    if (outcome.kind !== 'done') return outcome;
    const problem = actedProblem(context.release, await disarmEveryHost(context));
    return problem === undefined ? outcome : { kind: 'failed', problem };
  },
});

interface Word {
  readonly host: string;
  readonly acted: unknown;
}

/** @returns undefined where none has acted */
export function actedProblem(
  { confirmBy }: Pick<ReleaseRecord, 'confirmBy'>,
  words: readonly Word[],
): ReleaseProblem | undefined {
  const acted = words.filter((word) => word.acted !== undefined);
  if (acted.length === 0) return undefined;
  const stopped = acted.flatMap((word) => (word.acted === 'stopped' ? [word.host] : []));
  const hosts = acted.flatMap((word) => (word.acted === 'stopped' ? [] : [word.host]));
  return { code: 'dead_man_acted', facts: { confirmBy, hosts, stopped } };
}

/** All or none: while one cannot be disarmed, the others stay armed. @throws HostError */
async function disarmEveryHost(context: StepContext): Promise<readonly Word[]> {
  const { release, lost: signal } = context;
  const hosts = armedDeadMen(release).flatMap(({ host }) => (host === null ? [] : [context.host(host)]));
  const words = await Promise.allSettled(hosts.map((host) => lastWordOf(release, host, { signal })));
  const refused = words.find(({ status }) => status === 'rejected');
  if (refused?.status !== 'rejected')
    return words.flatMap((word, index) =>
      word.status === 'fulfilled' ? [{ host: hosts[index]?.plan.host ?? '', acted: word.value.acted }] : [],
    );
  const disarmed = hosts.filter((_, index) => words[index]?.status === 'fulfilled');
  await Promise.allSettled(disarmed.map((host) => armDeadMan(context, host, { signal })));
  throw refused.reason;
}

/** By a duration, so that neither clock has to be right. @throws HostError */
export async function armDeadMan(parts: DeadManParts, inPlan: HostInPlan, call: CallOptions): Promise<void> {
  const order = await orderOf(parts, inPlan);
  const options = { timeoutMs: READ_TIMEOUT_MS, ...call };
  await holderOf(inPlan).arm(order, options);
  if (await isArmedForIt(parts, inPlan, call)) return;
  const fault = { code: 'host_dead_man_unseen', facts: { host: inPlan.host.name } } as const;
  throw new HostError('command_failed', fault, { exitCode: 0 });
}

/** Whether it is armed for the present deadline; a host that does not tell which is believed. @throws HostError */
export async function isArmedForIt(
  { release }: Pick<DeadManParts, 'release'>,
  inPlan: HostInPlan,
  call: CallOptions,
): Promise<boolean> {
  const options = { timeoutMs: READ_TIMEOUT_MS, ...call };
  const state = await holderOf(inPlan).look(nameOf(release, inPlan), options);
  return state.kind === 'armed' && (state.until === undefined || state.until === release.confirmBy);
}

/** @throws HostError also while it is at work */
export async function disarmDeadMan(
  release: ReleaseRecord,
  inPlan: HostInPlan,
  call: CallOptions,
): Promise<void> {
  await holderOf(inPlan).disarm(nameOf(release, inPlan), { timeoutMs: READ_TIMEOUT_MS, ...call });
}

/** What it did; undefined: nothing. @throws HostError */
export async function readDeadManMark(
  release: ReleaseRecord,
  inPlan: HostInPlan,
  call: CallOptions,
): Promise<DeadManMark | undefined> {
  const options = { timeoutMs: READ_TIMEOUT_MS, ...call };
  const file = await inPlan.host.readFile(markPathOf(release, inPlan), options);
  return file === undefined ? undefined : parseDeadManMark(file.bytes);
}

/**
 * Disarms it, and reads what it did if it was quicker; noted on the step that armed it, or on the host's last one.
 * @throws HostError also while it is at work
 */
export async function lastWordOf(
  release: ReleaseRecord,
  inPlan: HostInPlan,
  call: CallOptions,
): Promise<{ readonly disarmed: true; readonly acted?: DeadManMark['state'] }> {
  await disarmDeadMan(release, inPlan, call);
  const mark = await readDeadManMark(release, inPlan, call);
  return { disarmed: true, ...(mark === undefined ? {} : { acted: mark.state }) };
}

export async function removeDeadManMark(release: ReleaseRecord, inPlan: HostInPlan): Promise<void> {
  await inPlan.host.removeFile(markPathOf(release, inPlan), { timeoutMs: READ_TIMEOUT_MS });
}

function holderOf({ host }: Pick<HostInPlan, 'host'>): DeadManHolder {
  const { deadMan } = host.service;
  if (deadMan !== undefined) return deadMan;
  throw new HostError('not_configured', { code: 'host_no_dead_man', facts: { host: host.name } });
}

const nameOf = ({ strategy, target, releaseId }: ReleaseRecord, { plan }: HostInPlan): string =>
  deadManName({ strategy, target, host: plan.host, releaseId });

const markPathOf = (release: ReleaseRecord, inPlan: HostInPlan): string =>
  deadManMarkPath(inPlan.plan.writtenFile, nameOf(release, inPlan));

async function orderOf(
  { release, runbook, databaseNow }: DeadManParts,
  inPlan: HostInPlan,
): Promise<DeadManOrder> {
  const { settings, plan } = inPlan;
  const paths = settings.environmentFiles.map(({ path }) => path);
  const leftMs = new Date(release.confirmBy).getTime() - (await databaseNow()).getTime();
  return {
    name: nameOf(release, inPlan),
    afterMs: leftMs + GRACE_MS,
    until: release.confirmBy,
    duty: {
      releaseId: release.releaseId,
      flag: enableFlag(runbook),
      off: runbook.flag.off,
      file: plan.writtenFile,
      laterFiles: paths.slice(paths.indexOf(plan.writtenFile) + 1),
      markPath: markPathOf(release, inPlan),
    },
  };
}
