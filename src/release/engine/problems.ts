import type { ReleaseProblem } from '../../domain/release-problem.js';
import type { HostError } from '../../hosts/host.js';
import type { StartProof } from '../../hosts/proof-of-start.js';
import { redact } from '../../hosts/redact.js';

export function hostProblem(error: HostError): ReleaseProblem {
  const facts = { host: error.host, code: error.code, detail: redact(error.message) };
  return { code: 'host_error', facts };
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

export function unclear(host: string, what: string): { kind: 'unclear'; problem: ReleaseProblem } {
  return { kind: 'unclear', problem: { code: 'effect_unclear', facts: { host, what } } };
}

/** By shape: an error can come from another realm than this module. */
export function isHostError(error: unknown): error is HostError {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'HostError';
}
