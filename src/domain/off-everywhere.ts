import type { HostStatus } from './target-status.js';
import { readVariable } from './variable.js';

/** Whether every host was seen with its flag off, in the file and in what runs: there is nothing to disable. */
export const isOffEverywhere = (hosts: readonly HostStatus[]): boolean =>
  hosts.length > 0 &&
  hosts.every((host) => {
    if (host.kind !== 'read') return false;
    const { file, process: running } = host.flag;
    return isOff(file) && (host.service.pid === 0 || (running !== undefined && isOff(running.value)));
  });

/** Whether a process was seen that does not show its flag off. */
export const isOnSomewhere = (hosts: readonly HostStatus[]): boolean =>
  hosts.some((host) => host.kind === 'read' && host.service.pid !== 0 && !isOff(host.flag.process?.value));

function isOff(raw: string | undefined): boolean {
  if (raw === undefined) return false;
  const reading = readVariable({ type: 'boolean', default: undefined }, raw);
  return reading.kind === 'value' && reading.value === false;
}
