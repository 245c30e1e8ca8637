import { readFileSync } from 'node:fs';

/**
 * Names a process of this machine so that a later one with the same number is told apart: its number and the tick at
 * which it started (proc(5), field 22 of /proc/PID/stat). The number alone where there is no /proc.
 */
export function identifyProcess(pid: number): string {
  return `${pid}:${startTick(pid) ?? ''}`;
}

export function isSameProcessAlive(identity: string): boolean {
  const pid = Number(identity.split(':')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process answers so.
    if (!(typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM'))
      return false;
  }
  return identifyProcess(pid) === identity;
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
