import { z } from 'zod';
import type { ObservedRow } from '../../domain/check-run.js';
import { shownInFile, shownInProcess } from '../../hosts/environment/concealed-value.js';
import type { CheckContext, ProbeCall } from '../context/check-context.js';
import { declaredNames } from '../context/closed-world.js';
import { layerFault } from '../context/host-environment.js';
import { observeHosts } from '../context/observe-hosts.js';
import { defineProbe } from '../context/probe-kind.js';
import { sinceConfirmed } from '../context/since-confirmed.js';
import { withoutProcess } from '../context/without-process.js';
import { plannedProcessRows } from './planned-process.js';
import { undeclaredRows, undeclaredVariables } from './undeclared-variables.js';

const COLUMNS = `host variable file process pid since agrees differs typo_of lost fault line confirmed changed`;

/**
 * Compares what the environment files say with what the running process has: an environment file changes nothing
 * until the service restarts. One row a variable that differs; one row with `agrees` for a host where none does.
 * `undeclared`: the same of the variables that the runbook does not know, a row each.
 */
export const processProbe = defineProbe({
  kind: 'process',
  needs: 'hosts',
  keys: { process: z.enum(['environment', 'undeclared']) },
  columns: COLUMNS.split(/\s+/),
  compile: ({ process }) => ({ isUndeclared: process === 'undeclared' }),
  observe({ isUndeclared }, context, call) {
    const names = declaredNames(context.runbook);
    if (isUndeclared) return observeUndeclared(context, call);

    return observeHosts('process', context, call, async (access) => {
      const { host, environment, planned } = access;
      if (planned !== undefined) return plannedProcessRows(access, planned, names, call);
      const [files, status] = await Promise.all([environment(), access.status()]);
      const broken = layerFault(files);
      if (broken !== undefined) return [{ host: host.name, variable: '', ...broken, agrees: false }];
      if (status.mainPid === 0) return withoutProcess(host.name, status);
      const running = await host.service.processEnvironment(status.mainPid, names, call);
      if (running === undefined) return { code: 'service_down', facts: { hosts: [host.name] } };

      const about = {
        host: host.name,
        pid: status.mainPid,
        since: status.activeSince?.toISOString() ?? null,
      };
      const differences = names.flatMap((variable): ObservedRow[] => {
        const [inFile, inProcess] = [files.effective.get(variable), running.get(variable)];
        if (inFile?.value === inProcess) return [];
        const [file, process] = [shownInFile(inFile), shownInProcess(inProcess)];
        return [{ ...about, variable, file, process, agrees: false }];
      });
      return differences.length > 0
        ? differences
        : [{ ...about, variable: '', file: '', process: '', agrees: true }];
    });
  },
});

function observeUndeclared(context: CheckContext, call: ProbeCall) {
  return observeHosts('process', context, call, async (access) => {
    const { host, environment, planned } = access;
    const [files, status] = await Promise.all([environment(), access.status()]);
    const broken = layerFault(files);
    if (broken !== undefined) return [{ host: host.name, variable: '', ...broken, differs: false }];
    const { mainPid } = status;
    // A stopped service has nothing that could differ from a plan, so that a release can bring it back.
    if (mainPid === 0 && planned === undefined) return withoutProcess(host.name, status);
    const confirmed = planned === undefined ? await context.confirmed(host.name) : undefined;
    const changes = confirmed === undefined ? [] : await sinceConfirmed(confirmed, files, context.runbook);
    const names = undeclaredVariables(files, changes, context.runbook);
    const running = mainPid === 0 ? undefined : await host.service.processEnvironment(mainPid, names, call);
    if (running === undefined && planned === undefined)
      return { code: 'service_down', facts: { hosts: [host.name] } };
    return undeclaredRows({ host: host.name, files, running, planned, changes }, context.runbook);
  });
}
