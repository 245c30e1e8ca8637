import type { Reason } from '../../domain/reason.js';
import type { ServiceStatus } from '../../hosts/host.js';

/** Why a service has no process: whoever reads `stopped` starts it, and one that dies at each start needs more. */
export function withoutProcess(host: string, { activeState, subState }: ServiceStatus): Reason {
  if (activeState === 'inactive') return { code: 'service_stopped', facts: { hosts: [host] } };
  const state = subState === '' || subState === activeState ? activeState : `${activeState}, ${subState}`;
  return { code: 'service_down', facts: { hosts: [`${host} (${state})`] } };
}
