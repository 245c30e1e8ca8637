import type { CheckResult, CheckRun } from '../../../domain/check-run.js';
import { faultAsFacts } from '../../../domain/host-fault.js';
import type { ContentChange } from '../../../domain/release-content.js';
import type { ReleaseProblem } from '../../../domain/release-problem.js';
import { redact } from '../../../domain/secrets.js';
import { type EnvironmentEditError, layerRefuses } from '../../../hosts/environment/environment-edit.js';
import type { HostError } from '../../../hosts/host.js';
import type { StartProof } from '../../../hosts/managers/proof-of-start.js';
import { systemFaultOf } from '../../../machine/system-fault.js';
import { DatabaseFaultError } from '../../../store/database-fault-error.js';

export function hostProblem(error: HostError): ReleaseProblem {
  return { code: 'host_error', facts: { ...faultAsFacts(error.fault), code: error.code } };
}

export function failedStart(
  host: string,
  proof: Extract<StartProof, { kind: 'failed_fast' }>,
): ReleaseProblem {
  const { reason, exitStatus, missing, wrongVariables, quotes } = proof;
  return {
    code: 'failed_fast',
    facts: { host, reason, exitStatus, missing, variables: wrongVariables },
    quotes,
  };
}

/** A restart whose command said no is a failed start: the log's last words say why. */
export function refusedStart(error: HostError, log: readonly string[]): ReleaseProblem {
  const facts = { host: error.host, reason: 'restart_refused', exitStatus: error.exitCode ?? 0 };
  const quotes = log.map((line) => redact(line, 'host'));
  return {
    code: 'failed_fast',
    facts: { ...faultAsFacts(error.fault), ...facts, missing: [], variables: [] },
    quotes,
  };
}

export function contentProblem(changes: readonly ContentChange[]): ReleaseProblem {
  const names = changes.map(({ part, host, subject }) =>
    [part, host, subject].filter((word) => word !== undefined && word !== '').join(' '),
  );
  return { code: 'content_changed', facts: { changes: names } };
}

/** Names the checks that decided; of those that could not look at a host the host alone. */
export function verdictProblem(run: CheckRun): ReleaseProblem {
  const deciding = run.checks.filter(({ mode, outcome }) => mode === 'deciding' && outcome !== 'PASS');
  const worst = deciding.filter(({ outcome }) =>
    run.verdict === 'NO_GO' ? outcome === 'FAIL' : outcome !== 'WARN',
  );
  const facts = { verdict: run.verdict, runId: run.runId };
  const blind = worst.filter(({ reason }) => reason.code === 'host_error');
  const seeing = worst.filter((check) => !blind.includes(check));
  const ids = seeing.map(({ id, outcome }) => `${id} ${outcome}`);
  const hosts = [...new Set(blind.map(({ reason }) => String(reason.facts?.['host'] ?? '')))];
  return {
    code: 'verdict_forbids',
    facts: { ...facts, checks: ids, ...(blind.length === 0 ? {} : { hosts, blind: blind.length }) },
    checks: seeing.slice(0, MAX_TOLD_CHECKS).map(toldOf),
  };
}

/** What is told of a check in a line; its whole evidence stands in the run. */
const MAX_TOLD_CHECKS = 3;
const MAX_TOLD_ROWS = 5;

const toldOf = ({ id, section, title, outcome, reason, besides, says, observed }: CheckResult) => ({
  id,
  section,
  title,
  outcome,
  reason,
  ...(besides === undefined ? {} : { besides }),
  says,
  observed: observed.slice(0, MAX_TOLD_ROWS),
});

/** An environment file that cannot take the change. */
export const editProblem = (host: string, path: string, error: EnvironmentEditError): ReleaseProblem => ({
  code: 'host_error',
  facts: { ...faultAsFacts(layerRefuses(host, path, error)), code: 'command_failed' },
});

/** What nobody foresaw: what a database or the operating system refused, or else the error's own words. */
export function unexpected(error: unknown): ReleaseProblem {
  if (isHostError(error)) return hostProblem(error);
  const detail = redact(error instanceof Error ? error.message : String(error), 'host');
  if (error instanceof DatabaseFaultError)
    return {
      code: 'unexpected',
      facts: { ...error.facts, detail, database: error.database, databaseFault: error.code },
    };
  const { call, subject, errno } = systemFaultOf(error) ?? {};
  if (errno === undefined) return { code: 'unexpected', facts: { detail } };
  return {
    code: 'unexpected',
    facts: { detail, errno, call: call ?? '', subject: redact(subject ?? '', 'host') },
  };
}

export function unclear(host: string, what: string): { kind: 'unclear'; problem: ReleaseProblem } {
  return { kind: 'unclear', problem: { code: 'effect_unclear', facts: { host, what } } };
}

/** What a release brings does not lie on this bot's machine: a bot that has it goes on. */
export class StagedElsewhereError extends Error {
  override readonly name = 'StagedElsewhereError';
  readonly problem: ReleaseProblem;

  constructor(name: string, folder: string) {
    super(`${name} is not in ${folder} on this machine`);
    this.problem = { code: 'staged_elsewhere', facts: { name, folder } };
  }
}

export const isHostError = (error: unknown): error is HostError => isNamed(error, 'HostError');

/** A command that ran and said no, unlike an answer that was lost. */
export const saidNo = (error: unknown): error is HostError =>
  isHostError(error) && error.exitCode !== undefined;

/** An environment file that cannot take the change, whoever tries. */
export const isEditError = (error: unknown): error is EnvironmentEditError =>
  isNamed(error, 'EnvironmentEditError');

/** By shape: an error can come from another realm than this module. */
const isNamed = (error: unknown, name: string): boolean =>
  typeof error === 'object' && error !== null && 'name' in error && error.name === name;
