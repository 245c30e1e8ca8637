import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/**
 * How a host misbehaves. The trading process and its supervisor read the file in every cycle and at every command, so
 * a fault works at once, without a restart.
 */
export const HOST_FAULTS = [
  'block_storm',
  'metadata_missing',
  'wrong_weights',
  'old_model_version',
  'flag_ignored',
  'restart_ignored',
  'restart_loop',
  'no_entries',
  'no_decisions',
] as const;
export type HostFault = (typeof HOST_FAULTS)[number];

/** The faults that are on. A file that is missing or half written means: none. */
export function readFaults(path: string): ReadonlySet<HostFault> {
  try {
    const names: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return new Set(HOST_FAULTS.filter((fault) => Array.isArray(names) && names.includes(fault)));
  } catch {
    return new Set();
  }
}

/** Switches one fault, leaving the others as they are. */
export function writeFault(path: string, fault: HostFault, active: boolean): void {
  const faults = new Set(readFaults(path));
  if (active) faults.add(fault);
  else faults.delete(fault);
  writeFileSync(`${path}.new`, JSON.stringify([...faults]));
  renameSync(`${path}.new`, path);
}
