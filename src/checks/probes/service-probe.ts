import { z } from 'zod';
import type { ObservedRow } from '../../domain/check-run.js';
import { clockShiftMs } from '../../domain/clocks.js';
import type { Reason } from '../../domain/reason.js';
import type { LoadedLine, LogLine, ServiceStatus } from '../../hosts/host.js';
import {
  evaluateProofOfStart,
  lifeOf,
  type StartObservation,
  type StartPlan,
  type StartProof,
  searchFor,
} from '../../hosts/managers/proof-of-start.js';
import { isOn } from '../../runbook/flag-state.js';
import { readLoadedLine } from '../../runbook/loaded-line-parts.js';
import type { Declarations, Runbook, StartLog } from '../../runbook/runbook.js';
import { enableFlag } from '../../runbook/strategy-contract.js';
import type { CheckContext, HostAccess, ProbeCall } from '../context/check-context.js';
import { declaredNames } from '../context/closed-world.js';
import { type HostEnvironment, layerFault } from '../context/host-environment.js';
import { observeHosts } from '../context/observe-hosts.js';
import { defineProbe } from '../context/probe-kind.js';

const POLL_MS = 500;
/** Kept for the answers themselves when a start has to be watched up to the time-out. */
const RESERVE_MS = 2_000;
/** An automatic restart is history once the process has run for this long. */
const SETTLED_MS = 120_000;

const COLUMNS = `host pid since age_secs restarts state stable model_loaded loaded_line log_lines is_on because exit_status
  quotes variables fault file line`;

/**
 * The proof of start of the present process, without a restart of our own: the same MainPID at every look and older
 * than RestartSec, no automatic restart meanwhile, the model-loaded line with the configured path, and the files'
 * values in the process. A process that is old has two looks, half a second apart; one that may be a turn of a restart
 * loop is watched for longer than RestartSec. One row a host.
 */
export const serviceProbe = defineProbe({
  kind: 'service',
  timeoutMs: 15_000,
  needs: 'hosts',
  keys: { service: z.literal('started') },
  columns: COLUMNS.split(/\s+/),
  compile: (_source, { knowsStartLog, fault }) =>
    knowsStartLog ? {} : fault({ code: 'start_log_missing', facts: {} }),
  observe: (_probe, context, call) =>
    observeHosts('service', context, call, async (access) => {
      const [environment, first] = await Promise.all([access.environment(), access.status()]);
      const stopped: Reason = { code: 'service_stopped', facts: { hosts: [access.host.name] } };
      if (first.activeState === 'inactive') return stopped;
      const broken = layerFault(environment);
      if (broken !== undefined) return [{ host: access.host.name, pid: first.mainPid, ...broken }];
      return [await watch(access, first, environment, context, call)];
    }),
});

async function watch(
  access: HostAccess,
  first: ServiceStatus,
  environment: HostEnvironment,
  context: CheckContext,
  call: ProbeCall,
): Promise<ObservedRow> {
  const { host, settings } = access;
  const restartSecMs = settings.service.restartSecs * 1000;
  // The start and its log are told by the host's clock, so the proof goes by that clock altogether.
  const shiftMs = clockShiftMs(await access.clock());
  const now = () => new Date(context.now().getTime() + shiftMs);
  const began = now();
  const since = first.startedAt ?? first.activeSince ?? new Date(began.getTime() - 2 * restartSecMs);
  const startLog = context.runbook.startLog ?? NO_START_LOG;
  const plan: StartPlan = {
    before: { ...first, activeState: 'inactive', mainPid: 0, invocationId: '' },
    restartedAt: since,
    environment: expectedEnvironment(context.runbook, environment),
    loadedLine: loadedLineFor(startLog, context.runbook, environment),
    errorLines: startLog.errorLines,
    restartSecMs,
    timeoutMs: Number.POSITIVE_INFINITY,
  };
  const until = new Date(since.getTime() + startLog.withinSecs * 1000);
  const activeSince = first.activeSince ?? since;
  const watchMs = Math.min(watchFor(first, activeSince, began, restartSecMs), call.timeoutMs - RESERVE_MS);
  // The manager's own word that this process has been active since then counts as the first look.
  const observations: StartObservation[] = [
    { at: activeSince, status: first, log: [], environment: undefined },
  ];
  for (let watchedMs = 0; ; watchedMs += POLL_MS) {
    const status = watchedMs === 0 ? first : await host.service.status(call);
    const { mainPid } = status;
    const [running, facts] = await Promise.all([
      mainPid === 0
        ? undefined
        : host.service.processEnvironment(mainPid, [...plan.environment.keys()], call),
      mainPid === 0 ? undefined : host.service.processFacts(mainPid, { ...call, asksGroup: true }),
    ]);
    const { hasEnded: isOver, isFrozen } = lifeOf(facts);
    const hasEnded = mainPid !== 0 && (isOver || running === undefined);
    const log = await host.service.logs({
      ...call,
      since,
      until: isSame(first, status) ? until : now(),
      find: searchFor(plan, status, hasEnded),
    });
    observations.push({ at: now(), status, log, environment: running, hasEnded, isFrozen });
    const proof = evaluateProofOfStart(plan, observations, now());
    if (proof.kind === 'failed_fast' || watchedMs >= watchMs) {
      const row = rowOf(host.name, status, since, now(), proof, log);
      const fault = row['fault'] === '' && isFrozen ? { fault: 'start_frozen' } : {};
      // A strategy that is off loads nothing.
      const is_on = isOn(context.runbook, environment.effective.get(enableFlag(context.runbook))?.value);
      return { ...row, ...fault, is_on, since: new Date(since.getTime() - shiftMs).toISOString() };
    }
    await context.sleep(POLL_MS, call.signal);
  }
}

/** What a process says long after its start, e.g. about a lost order, tells nothing about that start. */
const isSame = (first: ServiceStatus, { activeState, mainPid }: ServiceStatus): boolean =>
  activeState === 'active' && mainPid === first.mainPid;

const NO_START_LOG: StartLog = { loadedLine: [], errorLines: [], withinSecs: 60 };

/** A process that has just begun, or was restarted automatically not long ago, may be one turn of a loop. */
function watchFor({ restarts }: ServiceStatus, since: Date, now: Date, restartSecMs: number): number {
  const ageMs = now.getTime() - since.getTime();
  if (restarts > 0 && ageMs < SETTLED_MS) return restartSecMs + 2 * POLL_MS;
  return Math.max(POLL_MS, restartSecMs - ageMs + POLL_MS);
}

/** What a new process must have of the variables that the runbook declares, by full name. */
export const expectedEnvironment = (runbook: Declarations, { effective }: HostEnvironment) =>
  new Map(declaredNames(runbook).map((name) => [name, effective.get(name)?.value]));

/**
 * The line of a good start, with the values in force. A variable without one leaves its name in braces, which no line of
 * a log holds.
 */
export function loadedLineFor(
  startLog: StartLog,
  { envPrefix }: Pick<Runbook, 'envPrefix'>,
  { effective }: HostEnvironment,
): LoadedLine | undefined {
  const { message, fields } = readLoadedLine(startLog.loadedLine) ?? {};
  if (message === undefined || fields === undefined) return undefined;
  const inForce = (text: string) =>
    text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
      return effective.get(`${envPrefix}${name}`)?.value.trim() || whole;
    });
  return { message, fields: Object.fromEntries(fields.map(([name, text]) => [name, inForce(text)])) };
}

/** What was restarted automatically not long ago may end again just after it has loaded its model. */
const isSettled = ({ restarts }: ServiceStatus, since: Date, now: Date): boolean =>
  restarts === 0 || now.getTime() - since.getTime() >= SETTLED_MS;

function rowOf(
  host: string,
  status: ServiceStatus,
  since: Date,
  now: Date,
  proof: StartProof,
  log: readonly LogLine[],
): ObservedRow {
  const missing = proof.kind === 'proved' ? [] : proof.missing;
  const differing = proof.kind === 'proved' ? [] : proof.wrongVariables;
  const row = {
    host,
    pid: status.mainPid,
    since: since.toISOString(),
    age_secs: (now.getTime() - since.getTime()) / 1000,
    restarts: status.restarts,
    state: `${status.activeState} (${status.subState})`,
    stable:
      !missing.includes('stable') &&
      !missing.includes('no_automatic_restart') &&
      isSettled(status, since, now),
    model_loaded: !missing.includes('model_loaded'),
    loaded_line: proof.kind === 'proved' ? (proof.loadedLine ?? '') : '',
    log_lines: log.length,
  };
  if (proof.kind === 'failed_fast') {
    const { reason, exitStatus, quotes } = proof;
    return { ...row, fault: 'start_failed', because: reason, exit_status: exitStatus, quotes };
  }
  if (differing.length > 0) return { ...row, fault: 'start_differs', variables: differing.join(', ') };
  return { ...row, fault: '' };
}
