import { allAsWanted, type Wanted } from '../environment/wanted.js';
import type { CallOptions, ServiceManager, ServiceStatus } from '../host.js';

/** Beyond so many nobody can look at each. */
const MOST_PROCESSES = 128;

/**
 * The processes of a service that may still do what the wanted values forbid: those of before a restart, what they have
 * started, and what a launcher has started with values of its own. A service manager that has replaced the main process
 * has ended the others only where the unit says so (KillMode, SendSIGKILL).
 * @param pidBefore the main process of before; 0: there was none, or nobody knows.
 * @returns undefined: nobody can see what belongs to the service. @throws HostError
 */
export async function leftProcesses(
  service: Pick<ServiceManager, 'processes' | 'processFacts' | 'processEnvironment'>,
  status: ServiceStatus,
  { wanted, pidBefore }: { readonly wanted: Wanted; readonly pidBefore: number },
  call?: CallOptions,
): Promise<readonly number[] | undefined> {
  const listed = await service.processes(status, call);
  if (listed === undefined || listed.length > MOST_PROCESSES) return undefined;
  const others = [...new Set([...listed, pidBefore])].filter((pid) => pid > 0 && pid !== status.mainPid);
  if (others.length === 0) return [];
  const main = status.mainPid === 0 ? undefined : await service.processFacts(status.mainPid, call);
  const isLeft = async (pid: number): Promise<boolean> => {
    const facts = await service.processFacts(pid, call);
    if (facts?.isAlive === false) return false;
    const isListed = listed.includes(pid);
    if (isListed && status.mainPid === 0) return true;
    const values = await service.processEnvironment(pid, [...wanted.keys()], call);
    if (values === undefined) return false;
    if (values.size > 0) return !allAsWanted(values, wanted);
    // It says nothing of the values: one that is older than the main process was started by the one before.
    return (
      isListed && !(facts?.ageMs !== undefined && main?.ageMs !== undefined && facts.ageMs <= main.ageMs)
    );
  };
  const left = await Promise.all(others.map(async (pid) => ((await isLeft(pid)) ? [pid] : [])));
  return left.flat();
}
