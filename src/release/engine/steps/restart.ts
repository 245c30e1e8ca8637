import { z } from 'zod';
import { byItsClock } from '../../../domain/clocks.js';
import type { ReleaseProblem } from '../../../domain/release-problem.js';
import type { Seen } from '../../../domain/release-record.js';
import type { Host, HostError, ServiceManager, ServiceStatus } from '../../../hosts/host.js';
import { ACTIVE_STATES } from '../../../hosts/managers/unit-status.js';
import { isHostError, refusedStart, saidNo, unclear } from './problems.js';
import { hostOf, readClockOf, type Step, type StepContext } from './step.js';

/** What is recorded before a restart: the process that must not be there afterwards, and when it was issued. */
const restartSeenSchema = z.object({
  at: z.iso.datetime(),
  activeState: z.enum(ACTIVE_STATES),
  subState: z.string(),
  mainPid: z.number(),
  invocationId: z.string(),
  restarts: z.number(),
  execMainStatus: z.number(),
});

/** Sees the service of a step's host before it is restarted. */
async function seeService(context: StepContext): Promise<Seen> {
  const at = new Date(context.clock.now());
  return seenAt(at, await hostOf(context).host.service.status({ signal: context.interrupted }));
}

function seenAt(at: Date, status: ServiceStatus): Seen {
  return restartSeenSchema.parse({ ...status, at: at.toISOString() });
}

/** A look that goes before an act is worth no longer wait. */
const LOOK_MS = 3_000;

/** The same for what is done also where nobody can look: the old process is then not known. */
export async function seeServiceIfPossible(context: StepContext): Promise<Seen> {
  const status = await statusIfPossible(context, hostOf(context).host.service);
  return seenAt(new Date(context.clock.now()), status ?? UNKNOWN);
}

/** undefined: the service's state cannot be looked at now. */
export async function statusIfPossible(
  { interrupted: signal }: StepContext,
  service: Pick<ServiceManager, 'status'>,
): Promise<ServiceStatus | undefined> {
  try {
    return await service.status({ signal, timeoutMs: LOOK_MS });
  } catch (error) {
    if (!isHostError(error) || signal.aborted) throw error;
    return undefined;
  }
}

const UNKNOWN: ServiceStatus = {
  activeState: 'unknown',
  subState: '',
  mainPid: 0,
  invocationId: '',
  restarts: 0,
  execMainStatus: 0,
  activeSince: undefined,
};

/** Whether a recorded look came to nothing. */
export const isUnknown = ({ activeState, mainPid }: ServiceStatus): boolean =>
  activeState === UNKNOWN.activeState && mainPid === 0;

/** The status before a recorded restart. */
export function statusBefore(seen: Seen): { readonly status: ServiceStatus; readonly at: Date } {
  const { at, ...facts } = restartSeenSchema.parse(seen);
  return { status: { ...facts, activeSince: undefined }, at: new Date(at) };
}

const UNDER_WAY: readonly ServiceStatus['activeState'][] = ['activating', 'deactivating', 'reloading'];

/** Issues the restart. Whether it led to a running service is for the proof to say. */
export const restartStep: Step = {
  observe: seeService,
  async apply(context, before) {
    const { host } = hostOf(context);
    const { at } = restartSeenSchema.parse(before);
    try {
      await host.service.restart({ signal: context.lost });
    } catch (error) {
      if (!saidNo(error)) throw error;
      return { kind: 'failed', problem: await refusalOf(context, host, error, new Date(at)) };
    }
    return { kind: 'done', after: { issuedAt: at } };
  },
  /** The command may still be on its way when the replica that sent it is dead: it gets a time to show. */
  async reconcile(context, before) {
    const { host } = hostOf(context);
    const { clock, pace, interrupted } = context;
    const { status: old, at } = statusBefore(before);
    const since = clock.now();
    for (;;) {
      const status = await host.service.status({ signal: interrupted });
      const isOther = status.mainPid !== old.mainPid || status.invocationId !== old.invocationId;
      const isUnderWay =
        UNDER_WAY.includes(status.activeState) && !status.subState.startsWith('auto-restart');
      if (isOther && status.mainPid !== 0 && !isUnderWay) {
        return { kind: 'done', after: { issuedAt: at.toISOString() } };
      }
      if (clock.now() - since >= pace.settleMs && !isUnderWay) {
        return isOther ? unclear(host.name, host.service.description) : { kind: 'not_done' };
      }
      await clock.sleep(Math.min(pace.pollMs, pace.settleMs), interrupted);
    }
  },
};

const MAX_QUOTES = 6;

/** Why a restart was refused, with the last words of the log where it can be read. */
export async function refusalOf(
  context: StepContext,
  host: Host,
  error: HostError,
  since: Date,
): Promise<ReleaseProblem> {
  const { interrupted: signal } = context;
  try {
    const there = byItsClock(since, await readClockOf(context, host));
    const log = await host.service.logs({ since: there, limit: MAX_QUOTES, signal });
    return refusedStart(
      error,
      log.map(({ text }) => text),
    );
  } catch (unread) {
    if (!isHostError(unread) || signal.aborted) throw unread;
    return refusedStart(error, []);
  }
}
