import type { ObservedRow } from '../../domain/check-run.js';
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
    const file = present.effective.get(variable)?.value ?? null;
    const process = running.get(variable) ?? null;
    const isChanged = (environment.effective.get(variable)?.value ?? null) !== file;
    const isNamed = drift.some(
      (change) => change.variable === variable && change.before === process && change.after === file,
    );
    return file === process || isChanged || isNamed
      ? []
      : [{ ...about, variable, file, process, agrees: false }];
  });
  return differences.length > 0
    ? differences
    : [{ ...about, variable: '', file: '', process: '', agrees: true }];
}
