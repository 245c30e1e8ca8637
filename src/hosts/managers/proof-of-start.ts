import type { FailFastReason } from '../../domain/release-problem.js';
import { redact } from '../../domain/secrets.js';
import type { LoadedLine, LogLine, LogSearch, ProcessFacts, ServiceStatus } from '../host.js';
import { saysLoaded } from './loaded-line.js';

/** What has to be seen before a restart counts as a start. */
const PROOF_PARTS = ['new_process', 'stable', 'no_automatic_restart', 'model_loaded', 'environment'] as const;
type ProofPart = (typeof PROOF_PARTS)[number];

export interface StartPlan {
  /** The status before the restart was issued. */
  readonly before: ServiceStatus;
  /** When it was issued, by the clock that stamps the log. A process whose own start is known has its log from there. */
  readonly restartedAt: Date;
  /** What the new process's own environment must hold; undefined as a value: it must not have the variable. */
  readonly environment: ReadonlyMap<string, string | undefined>;
  /** The line of a good start, with the new model's path; undefined: none is asked for. */
  readonly loadedLine: LoadedLine | undefined;
  /** A log line that matches one of these tells why a process has ended; of one that lives it is an ordinary line. */
  readonly errorLines: readonly Pick<RegExp, 'test'>[];
  /** The unit's RestartSec: a process that is younger may be one turn of a restart loop. */
  readonly restartSecMs: number;
  readonly timeoutMs: number;
}

/** One look at the service after the restart. */
export interface StartObservation {
  readonly at: Date;
  readonly status: ServiceStatus;
  readonly log: readonly LogLine[];
  /** Of the process that `status` names; undefined: it was gone, or could not be read. */
  readonly environment: ReadonlyMap<string, string> | undefined;
  /** true: the process that `status` names has ended, though its manager does not know (killed, or a zombie). */
  readonly hasEnded?: boolean;
  /** true: it lives and does nothing (stopped, or frozen with its control group). */
  readonly isFrozen?: boolean;
}

/** How the process of a look stands, as its facts tell. */
export const lifeOf = (facts: ProcessFacts | undefined) => ({
  hasEnded: facts?.isAlive === false,
  isFrozen: facts?.isFrozen === true,
});

export type StartProof =
  | {
      readonly kind: 'proved';
      readonly pid: number;
      readonly provedAt: Date;
      readonly loadedLine: string | undefined;
    }
  | {
      readonly kind: 'not_yet';
      readonly missing: readonly ProofPart[];
      readonly wrongVariables: readonly string[];
    }
  | {
      readonly kind: 'failed_fast';
      readonly reason: FailFastReason;
      readonly missing: readonly ProofPart[];
      readonly wrongVariables: readonly string[];
      readonly exitStatus: number;
      /** The log's own words, without secrets. */
      readonly quotes: readonly string[];
    };

const MAX_QUOTES = 6;

/**
 * Whether a restart led to a running service: a new MainPID, stable for longer than RestartSec, no automatic
 * restart, the model-loaded line with the new path, and the process's own environment with the new values.
 * An exit code of 0 from the restart proves none of that.
 * @param observations every look since the restart, oldest first.
 */
export function evaluateProofOfStart(
  plan: StartPlan,
  observations: readonly StartObservation[],
  now: Date,
): StartProof {
  const since = logSince(plan, observations);
  const log = (observations.at(-1)?.log ?? []).filter((line) => isSince(line, since));
  const wrongVariables = wrongNames(plan, observations.at(-1));
  const parts = proofParts(plan, observations, wrongVariables, now);
  const missing = PROOF_PARTS.filter((part) => !parts[part]);
  const reason = failFastReason(plan, observations, log, missing, now);
  const last = observations.at(-1);
  if (reason !== undefined) {
    const exitStatus = last?.status.execMainStatus ?? 0;
    return { kind: 'failed_fast', reason, missing, wrongVariables, exitStatus, quotes: quotesOf(plan, log) };
  }
  if (missing.length > 0 || last === undefined) return { kind: 'not_yet', missing, wrongVariables };
  const line = loadedLineOf(plan, observations);
  return {
    kind: 'proved',
    pid: last.status.mainPid,
    provedAt: now,
    loadedLine: line === undefined ? undefined : redact(line.text, 'host'),
  };
}

function proofParts(
  plan: StartPlan,
  observations: readonly StartObservation[],
  wrongVariables: readonly string[],
  now: Date,
): Readonly<Record<ProofPart, boolean>> {
  const last = observations.at(-1);
  const isNew = last !== undefined && !last.hasEnded && isNewProcess(plan.before, last.status);
  return {
    new_process: isNew,
    stable: isNew && !last.isFrozen && now.getTime() - seenSince(observations).getTime() > plan.restartSecMs,
    no_automatic_restart:
      last !== undefined && !observations.some(({ status }) => restarted(plan.before, status)),
    model_loaded: plan.loadedLine === undefined || loadedLineOf(plan, observations) !== undefined,
    environment: last?.environment !== undefined && wrongVariables.length === 0,
  };
}

/** Since when the log tells of this start: of the first process that the restart brought, where its start is known. */
export function logSince(
  { before, restartedAt }: Pick<StartPlan, 'before' | 'restartedAt'>,
  observations: readonly Pick<StartObservation, 'status'>[],
): Date {
  const starts = observations.flatMap(({ status }) =>
    isOther(before, status) && status.startedAt !== undefined ? [status.startedAt.getTime()] : [],
  );
  return starts.length === 0 ? restartedAt : new Date(Math.min(...starts));
}

/**
 * What a look searches the log for. Of a process that is at work nothing is read beyond that it has loaded; of one that
 * has ended its last words are.
 */
export function searchFor(
  { loadedLine, restartedAt }: Pick<StartPlan, 'loadedLine' | 'restartedAt'>,
  { mainPid, activeState, startedAt = restartedAt }: ServiceStatus,
  hasEnded: boolean,
): LogSearch | undefined {
  if (loadedLine === undefined) return undefined;
  const isAtWork = mainPid !== 0 && activeState === 'active' && !hasEnded;
  return { line: loadedLine, endsAfter: isAtWork ? startedAt : undefined };
}

/** A unit that has no process any more may still tell when its last one began. */
function isOther(before: ServiceStatus, status: ServiceStatus): boolean {
  if (before.invocationId !== '' && status.invocationId !== '')
    return before.invocationId !== status.invocationId;
  return status.mainPid !== 0 && status.mainPid !== before.mainPid;
}

function isNewProcess(before: ServiceStatus, status: ServiceStatus): boolean {
  const running = status.activeState === 'active' && status.mainPid > 0 && status.mainPid !== before.mainPid;
  // Where the invocation is known it has to be another one too: a PID can come back.
  const sameInvocation = before.invocationId !== '' && before.invocationId === status.invocationId;
  return running && !sameInvocation;
}

/** systemd sets the counter back to 0 at a restart by hand; another manager may keep it. */
function restarted(before: ServiceStatus, status: ServiceStatus): boolean {
  return status.restarts !== 0 && status.restarts !== before.restarts;
}

/** Since when the present process has been seen at work without a break. */
function seenSince(observations: readonly StartObservation[]): Date {
  const last = observations.at(-1);
  const others = observations.findLastIndex(
    ({ status, isFrozen }) =>
      isFrozen || status.mainPid !== last?.status.mainPid || status.activeState !== 'active',
  );
  return observations[others + 1]?.at ?? new Date(Number.NaN);
}

function failFastReason(
  plan: StartPlan,
  observations: readonly StartObservation[],
  log: readonly LogLine[],
  missing: readonly ProofPart[],
  now: Date,
): FailFastReason | undefined {
  if (
    observations.some(({ status }) => restarted(plan.before, status)) ||
    processes(plan, observations).size > 1
  ) {
    return 'restart_loop';
  }
  const hasGone = ({ status, hasEnded = false }: StartObservation) =>
    hasExited(status) || (hasEnded && isOther(plan.before, status));
  if (observations.some(hasGone)) return 'exited';
  if (errorLinesIn(plan, observations, log).length > 0) return 'error_line';
  const isLate = now.getTime() - plan.restartedAt.getTime() > plan.timeoutMs;
  if (missing.length === 0 || !isLate) return undefined;
  return observations.at(-1)?.isFrozen ? 'frozen' : 'timed_out';
}

/** A start's time is known to the second: within it, the process before may have had its last words. */
const RESOLUTION_MS = 1_000;

/**
 * The lines of another process than the present one that tell of a failed start. What one wrote in the second of the
 * start is not counted, once the present process itself has said that the model is loaded: those are the last words of
 * the process before. What the present process writes is an ordinary line as long as it lives.
 */
function errorLinesIn(
  plan: StartPlan,
  observations: readonly StartObservation[],
  log: readonly LogLine[],
): readonly LogLine[] {
  const last = observations.at(-1)?.status;
  const pid = last?.mainPid;
  const loaded = loadedLineOf(plan, observations, (line) => line.pid === pid);
  const begun = (last?.startedAt ?? plan.restartedAt).getTime();
  const isOfEarlier = ({ at }: LogLine) =>
    loaded !== undefined && at !== undefined && at.getTime() < begun + RESOLUTION_MS;
  const isOfAnother = (line: LogLine) => line.pid !== undefined && line.pid !== pid && !isOfEarlier(line);
  return log.filter((line) => isErrorLine(plan, line) && isOfAnother(line));
}

/** The PIDs seen since the restart, without the old one. */
function processes(plan: StartPlan, observations: readonly StartObservation[]): ReadonlySet<number> {
  const pids = observations.map(({ status }) => status.mainPid);
  return new Set(pids.filter((pid) => pid !== 0 && pid !== plan.before.mainPid));
}

/** `auto-restart` is systemd's word for waiting out RestartSec after the process ended. */
function hasExited({ activeState, subState }: ServiceStatus): boolean {
  return activeState === 'failed' || activeState === 'inactive' || subState.startsWith('auto-restart');
}

function wrongNames(plan: StartPlan, last: StartObservation | undefined): string[] {
  const environment = last?.environment;
  if (environment === undefined) return [];
  return [...plan.environment].flatMap(([name, value]) => (environment.get(name) === value ? [] : [name]));
}

/** A line without a time came from a log that was asked for new lines only. */
function isSince(line: LogLine, moment: Date): boolean {
  return line.at === undefined || line.at.getTime() >= moment.getTime();
}

/**
 * The line that says that the model is loaded, in any look at the present process: of a service that writes much, a
 * later look does not reach back to it.
 */
function loadedLineOf(
  { loadedLine, restartedAt }: StartPlan,
  observations: readonly StartObservation[],
  isMeant: (line: LogLine) => boolean = () => true,
): LogLine | undefined {
  if (loadedLine === undefined) return undefined;
  const { mainPid: pid, startedAt: since = restartedAt } = observations.at(-1)?.status ?? {};
  const isLoaded = (line: LogLine) =>
    saysLoaded(line.text, loadedLine) && isSince(line, since) && isMeant(line);
  const look = observations.findLast(({ status, log }) => status.mainPid === pid && log.some(isLoaded));
  return look?.log.findLast(isLoaded);
}

function isErrorLine(plan: StartPlan, { text }: LogLine): boolean {
  return plan.errorLines.some((pattern) => pattern.test(text));
}

/** The error lines, or, where none was known as such, the last words. */
function quotesOf(plan: StartPlan, log: readonly LogLine[]): string[] {
  const errors = log.filter((line) => isErrorLine(plan, line));
  return (errors.length > 0 ? errors : log).slice(-MAX_QUOTES).map(({ text }) => redact(text, 'host'));
}
