import type { Evidence, ObservedRow } from '../../domain/check-run.js';
import { faultAsFacts } from '../../domain/host-fault.js';
import type { Reason } from '../../domain/reason.js';
import type { HostError } from '../../hosts/host.js';

/** What a probe saw. Never a verdict: the check's conditions decide. */
export interface Observation {
  readonly rows: readonly ObservedRow[];
  readonly evidence: Evidence;
  /** RFC 3339. */
  readonly observedAt: string;
  /** What could not be looked at although the probe as a whole went on, e.g. one host of several. */
  readonly gaps?: readonly Reason[];
}

/** A host that could not be looked at. */
export const hostReason = ({ code, fault }: HostError): Reason => ({
  code: 'host_error',
  facts: { ...faultAsFacts(fault), code },
});

/** A probe that could not observe anything. The message is one sentence for the log. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError';
  readonly reason: Reason;
  constructor(reason: Reason, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.reason = reason;
  }
}
