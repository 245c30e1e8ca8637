import type { HaltFault } from './halt.js';
import type { HostHistory, UnitStatus } from './host-history.js';

/** One look at a host. */
export interface HostLook {
  /** Milliseconds by the monotonic clock. */
  readonly at: number;
  readonly disk: 'as_wanted' | 'differs' | 'unreadable';
  /** undefined: the service manager did not answer. */
  readonly status: UnitStatus | undefined;
  /** The running process's own environment; `none`: there is no process. */
  readonly process: 'as_wanted' | 'differs' | 'unreadable' | 'none';
}

/** What else must be true of a host whose service is off, looked at only then. */
export interface HostRest {
  /** Numbers of processes that may trade on; undefined: nobody can see. */
  readonly left: readonly number[] | undefined;
  /** Whether the new process has loaded the strategy; undefined: its log cannot be read. */
  readonly isLoaded: boolean | undefined;
}

export interface HostPolicy {
  /** The unit's RestartSec. */
  readonly restartSecMs: number;
  /** How long a process may take to end, before it is killed, or a person is told to. */
  readonly killAfterMs?: number;
  /** Whether the service manager can kill it. */
  readonly canKill?: boolean;
  /** Whether stopping the service is a way out (for a halt), or asked for. */
  readonly stop: 'asked' | 'allowed' | 'never';
  /** Whether the new process must be seen loading the strategy; where nobody can see it: undefined. */
  readonly mustLoad?: boolean;
}

export type HostAction =
  | { readonly kind: 'write' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'stop'; readonly because: HaltFault | 'asked' }
  /** What was told to end has not. */
  | { readonly kind: 'kill'; readonly fault: HaltFault }
  | { readonly kind: 'wait'; readonly fault: HaltFault | null }
  /** The main process is as wanted. `fault`: what may trade on beside it. */
  | {
      readonly kind: 'settled';
      readonly process: 'as_wanted' | 'stopped';
      readonly fault?: HaltFault;
    };

/** A restart that has come back has replaced the process; the look may have been under way. */
const IGNORED_AFTER_MS = 1_500;
/** A stop that came back is believed after this long only when it shows. */
const STOP_AGAIN_AFTER_MS = 5_000;
/** A process that was killed is gone by then, or nothing was reached. */
const KILL_AGAIN_AFTER_MS = 5_000;
const LOOP_GRACE_MS = 3_000;
/** How long a new process may take to say that it has loaded the strategy, before that is trouble. */
const LOADS_WITHIN_MS = 10_000;
const MAX_RESTARTS = 2;

/**
 * What to do next on a host, told by what stands there and not by what was said to have been done: so a bot that was
 * killed goes on from the same rules, and a restart that is not needed is not repeated.
 */
export function decideHostAction(look: HostLook, history: HostHistory, policy: HostPolicy): HostAction {
  const { status } = look;
  const isRefused = look.disk === 'differs' && history.writeFailed;
  if (look.disk === 'differs' && !isRefused && history.inFlight === undefined) return { kind: 'write' };
  if (status === undefined) return wait('not_answering');
  if (isStopped(status)) return { kind: 'settled', process: 'stopped' };
  if (isEnding(status, history)) {
    const late = whereLate('not_ending', look.at, history, policy);
    if (late !== undefined) return late;
  }
  if (history.inFlight !== undefined) return wait(null);
  if (history.stops > 0 || policy.stop === 'asked') return stopAgain(look.at, history);
  if (isRefused) return wayOut('not_on_disk', history, policy);
  if (status.activeState === 'deactivating' || status.activeState === 'reloading') return wait(null);
  if (isLooping(look, status, history, policy)) return wayOut('restart_loop', history, policy);
  if (status.mainPid === 0) return wait(null);
  const isOutdated = status.mainPid === history.outdatedPid;
  if (look.process === 'as_wanted' && !isOutdated) return { kind: 'settled', process: 'as_wanted' };
  if (history.restarts === 0) return { kind: 'restart' };
  return afterRestart(look, status, history, policy);
}

/**
 * The same with what a settled host must show besides. A launcher that starts its trader with values of its own is stopped;
 * a strategy that something else has turned on (a deployment matrix) is for a person to stop.
 */
export function decideWithRest(
  action: HostAction,
  { left, isLoaded }: HostRest,
  history: HostHistory,
  policy: HostPolicy,
  at: number,
): HostAction {
  if (action.kind !== 'settled') return action;
  const but = (fault: HaltFault): HostAction => ({ ...action, fault });
  if (left === undefined) return but('processes_unknown');
  if (left.length > 0) {
    const isWayOut = action.process !== 'stopped' && policy.stop === 'allowed' && history.stops === 0;
    if (isWayOut) return { kind: 'stop', because: 'processes_left' };
    const late = action.process === 'stopped' ? whereLate('processes_left', at, history, policy) : undefined;
    return late?.kind === 'kill' ? late : but('processes_left');
  }
  if (action.process === 'stopped' || (policy.stop === 'never' && !policy.mustLoad)) return action;
  if (isLoaded === undefined) return but('log_unreadable');
  if (!policy.mustLoad) return isLoaded ? but('strategy_loaded') : action;
  if (isLoaded) return action;
  const isYoung = history.restartedAt !== undefined && at - history.restartedAt < LOADS_WITHIN_MS;
  return isYoung ? wait(null) : but('strategy_not_loaded');
}

const wait = (fault: HaltFault | null): HostAction => ({ kind: 'wait', fault });

export const isStopped = ({ activeState, mainPid }: UnitStatus): boolean =>
  mainPid === 0 && (activeState === 'inactive' || activeState === 'failed');

/** The process that was told to end is there still. */
function isEnding(
  { activeState, mainPid }: UnitStatus,
  { inFlight, stops, replacedPid }: HostHistory,
): boolean {
  if (activeState === 'deactivating') return true;
  return mainPid !== 0 && (stops > 0 || (inFlight === 'restart' && mainPid === replacedPid));
}

/** undefined: it has time yet. */
function whereLate(
  fault: HaltFault,
  at: number,
  { toldAt, killedAt }: HostHistory,
  { killAfterMs, canKill }: HostPolicy,
): HostAction | undefined {
  if (killAfterMs === undefined || toldAt === undefined || at - toldAt < killAfterMs) return undefined;
  const isDue = canKill === true && (killedAt === undefined || at - killedAt >= KILL_AGAIN_AFTER_MS);
  return isDue ? { kind: 'kill', fault } : wait(fault);
}

function afterRestart(
  look: HostLook,
  status: UnitStatus,
  history: HostHistory,
  policy: HostPolicy,
): HostAction {
  if (look.process === 'none') return wait(null);
  if (look.process === 'unreadable') return wait('process_unreadable');
  if (history.restartedAt === undefined) return wayOut('restart_failed', history, policy);
  if (look.at - history.restartedAt < IGNORED_AFTER_MS) return wait(null);
  const isOld = status.mainPid === history.replacedPid || status.mainPid === history.outdatedPid;
  const fault = isOld ? 'restart_ignored' : 'process_differs';
  // A file that was written by somebody else in between: the next process reads what stands there now.
  if (fault === 'process_differs' && history.restarts < MAX_RESTARTS) return { kind: 'restart' };
  return wayOut(fault, history, policy);
}

function isLooping(look: HostLook, status: UnitStatus, history: HostHistory, policy: HostPolicy): boolean {
  if (history.restarts === 0) return false;
  const { automaticRestarts, waitingSince } = history;
  const risen = automaticRestarts === undefined ? 0 : status.restarts - automaticRestarts;
  const waited = waitingSince === undefined ? 0 : look.at - waitingSince;
  return risen >= 2 || waited > 2 * policy.restartSecMs + LOOP_GRACE_MS;
}

function wayOut(fault: HaltFault, history: HostHistory, policy: HostPolicy): HostAction {
  return policy.stop === 'never' || history.stops > 0 ? wait(fault) : { kind: 'stop', because: fault };
}

function stopAgain(now: number, { stops, stoppedAt }: HostHistory): HostAction {
  if (stops === 0) return { kind: 'stop', because: 'asked' };
  if (stoppedAt === undefined || now - stoppedAt < STOP_AGAIN_AFTER_MS) return wait('stop_failed');
  return { kind: 'stop', because: 'stop_failed' };
}
