import { readFileSync, readlinkSync } from 'node:fs';
import { errnoOf } from './errno.js';
import { sha256Of } from './sha256.js';

/**
 * Names a process of this machine so that a later one with the same number is told apart: its number and the tick at
 * which it started (proc(5), field 22 of /proc/PID/stat); and where numbers mean that. The number alone where there is no
 * /proc.
 */
export function identifyProcess(pid: number): string {
  return [`${pid}:${startTick(pid) ?? ''}`, placeOfNumbers() ?? []].flat().join(':');
}

/** Whether the numbers of that process are those of this one's machine and container. */
export function isSamePlace(identity: string): boolean {
  const [, , place] = identity.split(':');
  return place === undefined || place === placeOfNumbers();
}

export function isSameProcessAlive(identity: string): boolean {
  const pid = Number(identity.split(':')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process answers so.
    if (errnoOf(error) !== 'EPERM') return false;
  }
  return (startTick(pid) ?? '') === identity.split(':')[1];
}

/** This start of the system, and within it the namespace of numbers: two containers have each their own process 1. */
function placeOfNumbers(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return sha256Of(`${boot} ${readlinkSync('/proc/self/ns/pid')}`).slice(0, 12);
  } catch {
    return undefined;
  }
}

function startTick(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold anything, also blanks: what follows its end is regular.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'zombie' : fields[19];
  } catch {
    return undefined;
  }
}
