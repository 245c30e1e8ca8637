import type { HostKind } from '../host-kind.js';
import { createLocalCommandRunner } from './local-command-runner.js';
import type { LocalConnection } from './local-connection.js';
import { createLocalHost } from './local-host.js';
import { createLocalProcessReader } from './local-process.js';

/** The machine that the bot runs on. */
export const localKind = {
  kind: 'local',
  isThisMachine: true,
  needsControlFolder: false,
  create(_, { name, folders, createService, yielding }) {
    const runner = yielding(createLocalCommandRunner({ host: name }));
    const service = createService(runner, createLocalProcessReader(runner));
    return createLocalHost({ name, service, folders, runner });
  },
  connect: (_, { name, yielding }) => yielding(createLocalCommandRunner({ host: name })),
  lineByHand: (_, line) => line,
} satisfies HostKind<LocalConnection>;
