import type { ObservedRow } from '../../domain/check-run.js';
import type { Probe } from '../context/check-context.js';
import { lookAtEachHost } from '../context/each-host.js';
import { withoutProcess } from '../context/without-process.js';
import { plannedProcessRows } from './planned-process.js';

/**
 * Compares what the environment files say with what the running process has: an environment file changes nothing
 * until the service restarts. One row a variable that differs; one row with `agrees` for a host where none does.
 */
export const probeProcess: Probe<'process'> = async (_definition, context, call) => {
  const { envPrefix, variables } = context.runbook;
  const names = [...variables.keys()].map((name) => `${envPrefix}${name}`);

  const { rows, gaps, hosts } = await lookAtEachHost(context, async (access) => {
    const { host, environment, planned } = access;
    if (planned !== undefined) return plannedProcessRows(access, planned, names, call);
    const [{ effective }, status] = await Promise.all([environment(), access.status()]);
    if (status.mainPid === 0) return withoutProcess(host.name, status);
    const running = await host.service.processEnvironment(status.mainPid, names, call);
    if (running === undefined) return { code: 'service_down', facts: { hosts: [host.name] } };

    const about = { host: host.name, pid: status.mainPid, since: status.activeSince?.toISOString() ?? null };
    const differences = names.flatMap((variable): ObservedRow[] => {
      const file = effective.get(variable)?.value ?? null;
      const process = running.get(variable) ?? null;
      return file === process ? [] : [{ ...about, variable, file, process, agrees: false }];
    });
    return differences.length > 0
      ? differences
      : [{ ...about, variable: '', file: '', process: '', agrees: true }];
  });
  return { rows, gaps, evidence: { probe: 'process', hosts }, observedAt: context.now().toISOString() };
};
