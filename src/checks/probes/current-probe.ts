import { z } from 'zod';
import type { ServiceStatus } from '../../hosts/host.js';
import { processStart } from '../../hosts/managers/process-facts.js';
import type { HostAccess, ProbeCall } from '../context/check-context.js';
import { observeHosts } from '../context/observe-hosts.js';
import { defineProbe } from '../context/probe-kind.js';
import { withoutProcess } from '../context/without-process.js';
import { fileRows, type PresentProcess } from './current-files.js';
import { settingRows } from './current-settings.js';

/**
 * Whether the model, the program and the settings that stand on a host are those with which its present process began.
 * One row a subject: `differs` (it is not what runs), or not `known`. Before a release, which restarts the service, the
 * manager's settings alone are looked at.
 */
export const currentProbe = defineProbe({
  kind: 'current',
  needs: 'hosts',
  timeoutMs: 10_000,
  keys: { current: z.literal('service') },
  compile: () => ({}),
  observe: (_probe, context, call) =>
    observeHosts('current', context, call, async (access) => {
      const status = await access.status();
      const { host, planned } = access;
      const isPlanned = planned !== undefined;
      if (status.mainPid === 0 && !isPlanned) return withoutProcess(host.name, status);
      // How the names of the trading system's variables begin: `A_` of `A_B__`.
      const family = context.runbook.envPrefix.replace(/_.*$/s, '_');
      const present = isPlanned ? undefined : await presentProcess(access, status, call);
      const held = present && host.service.variableNames(status.mainPid, family, call);
      const [settings, files] = await Promise.all([
        settingRows(access, { family, held: await held, present }, call),
        present === undefined ? [] : fileRows(access, present, context, call),
      ]);
      return [...files, ...settings];
    }),
});

async function presentProcess(
  { host, settings }: HostAccess,
  status: ServiceStatus,
  call: ProbeCall,
): Promise<PresentProcess> {
  const asked = { ...call, program: settings.binary, asksStart: true, asksWords: true };
  const facts = await host.service.processFacts(status.mainPid, asked);
  return { mainPid: status.mainPid, facts, start: processStart(status, facts) };
}
