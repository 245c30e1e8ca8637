import { redact } from '../../domain/secrets.js';
import type { LogLine, ServiceStatus } from '../host.js';

/** What has to be seen before a restart counts as a start. */
const PROOF_PARTS = ['new_process', 'stable', 'no_automatic_restart', 'model_loaded', 'environment'] as const;
type ProofPart = (typeof PROOF_PARTS)[number];

const FAIL_FAST_REASONS = ['exited', 'restart_loop', 'error_line', 'timed_out'] as const;
export type FailFastReason = (typeof FAIL_FAST_REASONS)[number];

export interface StartPlan {
  /** The status before the restart was issued. */
  readonly before: ServiceStatus;
  /** When it was issued, by the clock that stamps the log. */
  readonly restartedAt: Date;
  /** What the new process's own environment must hold; undefined as a value: it must not have the variable. */
  readonly environment: ReadonlyMap<string, string | undefined>;
  /** A log line that holds each of these texts, e.g. the phrase of a good start and the new model's path. */
  readonly loadedLine: readonly string[] | undefined;
  /** A log line that matches one of these is a failed start. */
  readonly errorLines: readonly RegExp[];
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
}

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
  const log = (observations.at(-1)?.log ?? []).filter((line) => isSince(line, plan.restartedAt));
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
  const isNew = last !== undefined && isNewProcess(plan.before, last.status);
  return {
    new_process: isNew,
    stable: isNew && now.getTime() - seenSince(observations).getTime() > plan.restartSecMs,
    no_automatic_restart:
      last !== undefined && !observations.some(({ status }) => restarted(plan.before, status)),
    model_loaded: plan.loadedLine === undefined || loadedLineOf(plan, observations) !== undefined,
    environment: last?.environment !== undefined && wrongVariables.length === 0,
  };
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

/** Since when the present process has been seen without a break. */
function seenSince(observations: readonly StartObservation[]): Date {
  const last = observations.at(-1);
  const others = observations.findLastIndex(
    ({ status }) => status.mainPid !== last?.status.mainPid || status.activeState !== 'active',
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
  if (observations.some(({ status }) => hasExited(status))) return 'exited';
  if (errorLinesIn(plan, observations, log).length > 0) return 'error_line';
  const isLate = now.getTime() - plan.restartedAt.getTime() > plan.timeoutMs;
  return missing.length > 0 && isLate ? 'timed_out' : undefined;
}

/** A start's time is known to the second: within it, the process before may have had its last words. */
const RESOLUTION_MS = 1_000;

/**
 * The lines that tell of a failed start. What another process wrote in the second of the start is not counted, once
 * the present process itself has said that the model is loaded.
 */
function errorLinesIn(
  plan: StartPlan,
  observations: readonly StartObservation[],
  log: readonly LogLine[],
): readonly LogLine[] {
  const pid = observations.at(-1)?.status.mainPid;
  const loaded = loadedLineOf(plan, observations, (line) => line.pid === pid);
  const isOfEarlier = (line: LogLine) =>
    loaded !== undefined &&
    line.pid !== undefined &&
    line.pid !== pid &&
    line.at !== undefined &&
    line.at.getTime() < plan.restartedAt.getTime() + RESOLUTION_MS;
  return log.filter((line) => isErrorLine(plan, line) && !isOfEarlier(line));
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
  const pid = observations.at(-1)?.status.mainPid;
  const isLoaded = (line: LogLine) =>
    loadedLine.every((part) => line.text.includes(part)) && isSince(line, restartedAt) && isMeant(line);
  const look = observations.findLast(({ status, log }) => status.mainPid === pid && log.some(isLoaded));
  return look?.log.findLast(isLoaded);
}

function isErrorLine(plan: StartPlan, { text }: LogLine): boolean {
  return plan.errorLines.some((pattern) => text.search(pattern) !== -1);
}

/** The error lines, or, where none was known as such, the last words. */
function quotesOf(plan: StartPlan, log: readonly LogLine[]): string[] {
  const errors = log.filter((line) => isErrorLine(plan, line));
  return (errors.length > 0 ? errors : log).slice(-MAX_QUOTES).map(({ text }) => redact(text, 'host'));
}
