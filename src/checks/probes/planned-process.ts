import type { ObservedRow } from '../../domain/check-run.js';
import { shownInFile, shownInProcess } from '../../hosts/environment/concealed-value.js';
import type { HostAccess, ProbeCall } from '../context/check-context.js';
import type { PlannedHost } from '../context/planned-state.js';

/**
 * What runs on a host, before a release. The planned change itself is no difference: the restart brings it. Nor is
 * what the plan names as drift, because a person takes it upon themselves by name. What differs besides was not
 * seen when the plan was made. A stopped service has nothing that could differ, so that a release can bring it back.
 */
export async function plannedProcessRows(
  { host, status: firstStatus }: Pick<HostAccess, 'host' | 'status'>,
  { present, drift, environment }: PlannedHost,
  names: readonly string[],
  call: ProbeCall,
): Promise<readonly ObservedRow[]> {
  const status = await firstStatus();
  const running =
    status.mainPid === 0 ? undefined : await host.service.processEnvironment(status.mainPid, names, call);
  const about = { host: host.name, pid: running === undefined ? 0 : status.mainPid };
  const differences = names.flatMap((variable): ObservedRow[] => {
    if (running === undefined) return [];
    const [inFile, inProcess] = [present.effective.get(variable), running.get(variable)];
    const isChanged = environment.effective.get(variable)?.value !== inFile?.value;
    const isNamed = drift.some(
      ({ variable: name, before, after }) =>
        name === variable && before === (inProcess ?? null) && after === (inFile?.value ?? null),
    );
    if (inFile?.value === inProcess || isChanged || isNamed) return [];
    const [file, process] = [shownInFile(inFile), shownInProcess(inProcess)];
    return [{ ...about, variable, file, process, agrees: false }];
  });
  return differences.length > 0
    ? differences
    : [{ ...about, variable: '', file: '', process: '', agrees: true }];
}
