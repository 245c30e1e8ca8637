import type { HostStatus } from '../domain/target-status.js';
import { readVariable } from '../domain/variable.js';

/** Every host was seen with its flag on, in the file and in what runs: a halt has something to turn off. */
export const isOnEverywhere = (hosts: readonly HostStatus[]): boolean =>
  hosts.length > 0 &&
  hosts.every(
    (host) =>
      host.kind === 'read' && host.service.pid > 0 && isOn(host.flag.file) && isOn(host.flag.process?.value),
  );

function isOn(raw: string | undefined): boolean {
  const reading = readVariable({ type: 'boolean', default: undefined }, raw);
  return reading.kind === 'value' && reading.value === true;
}
