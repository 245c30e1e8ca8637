import { z } from 'zod';
import { observeHosts } from '../context/observe-hosts.js';
import { defineProbe } from '../context/probe-kind.js';
import { withoutProcess } from '../context/without-process.js';
import { fileRows } from './current-files.js';
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
    observeHosts('current', context, async (access) => {
      const status = await access.status();
      const { host, planned } = access;
      const isPlanned = planned !== undefined;
      if (status.mainPid === 0 && !isPlanned) return withoutProcess(host.name, status);
      // How the names of the trading system's variables begin: `A_` of `A_B__`.
      const family = context.runbook.envPrefix.replace(/_.*$/s, '_');
      const held = isPlanned ? [] : host.service.variableNames(status.mainPid, family, call);
      const [settings, files] = await Promise.all([
        settingRows(access, family, held, call),
        isPlanned ? [] : fileRows(access, status, context, call),
      ]);
      return [...files, ...settings];
    }),
});
