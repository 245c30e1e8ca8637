import type { HaltFault, HostHalt } from '../domain/halt.js';
import { HostError } from '../hosts/host.js';

/** The fault itself, or that nobody answers at all, which says more. */
export function hostFault(fault: HaltFault, error: unknown): Pick<HostHalt, 'fault' | 'faultDetail'> {
  const isAway = error instanceof HostError && (error.code === 'unreachable' || error.code === 'timeout');
  return {
    fault: isAway ? 'not_answering' : fault,
    faultDetail: error instanceof HostError ? error.fault : '',
  };
}
