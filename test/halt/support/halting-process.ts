import { randomUUID } from 'node:crypto';
import { KillSwitch } from '../../../src/halt/kill-switch.js';
import { createOpenHaltFiles } from '../../../src/halt/open-halt-file.js';
import { createHost } from '../../../src/hosts/kinds/create-host.js';
import { identifyProcess } from '../../../src/machine/process-identity.js';
import { parseTargets } from '../../../src/runbook/targets.js';
import { systemClock } from '../../../src/time/clock.js';
import { BARE_CONTRACT } from '../../support/strategy-facts.js';

/**
 * A process that halts, and is killed as by `kill -9` when the named event happens on the named host; by `halt.noted`
 * when the halt first stands on disk, by `flag.noted` when what stood on that host does, and by `flag.replaced` when the
 * flag's file is new there and nothing says so yet.
 */
const [, , dataDir = '', targetsText = '', killAt = '', killHost = ''] = process.argv;
const target = parseTargets('targets.yaml', Buffer.from(targetsText)).targets.get('live');
if (target === undefined) throw new Error('There is no target.');

const killThis = () => process.kill(process.pid, 'SIGKILL');
const files = createOpenHaltFiles(dataDir, identifyProcess(process.pid));

const killSwitch = new KillSwitch({
  facts: {
    ...{ strategy: 'crypto_lob_ml', agentId: 'crypto_lob_ml', envPrefix: 'PLOY_CRYPTO_LOB_ML__' },
    ...BARE_CONTRACT,
  },
  hostOf: (settings) => {
    const host = createHost(settings);
    const replaceFile = host.replaceFile.bind(host);
    return Object.assign(host, {
      async replaceFile(...[path, bytes, options]: Parameters<typeof replaceFile>) {
        await options?.ready;
        if (killAt === 'flag.noted' && settings.name === killHost) killThis();
        await replaceFile(path, bytes, options);
        if (killAt === 'flag.replaced' && settings.name === killHost) killThis();
      },
    });
  },
  trading: undefined,
  files: {
    ...files,
    async save(...words) {
      await files.save(...words);
      if (killAt === 'halt.noted') killThis();
    },
  },
  journal: async ({ kind, details }) => {
    const isThere = killHost === '' || details.host === killHost;
    if (kind === killAt && isThere) killThis();
  },
  store: undefined,
  clock: systemClock,
  newId: randomUUID,
  owner: 'killed',
  logger: { warn: () => {}, error: () => {}, info: () => {} },
});
const requestedBy = { id: 'U0CAROL', name: 'carol', surface: 'slack' } as const;
await killSwitch.start({ target, kind: 'disable', requestedBy }).done;
