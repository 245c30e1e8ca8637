import type { CommandRunner } from '../command-runner.js';
import type { HostKind, Reach } from '../host-kind.js';
import { createLocalCommandRunner } from './local-command-runner.js';
import type { LocalConnection } from './local-connection.js';
import { createLocalHost } from './local-host.js';
import { createLocalProcessReader } from './local-process.js';

/** The machine that the bot runs on. */
export const localKind = {
  kind: 'local',
  isThisMachine: true,
  needsControlFolder: false,
  machine: () => 'local',
  create(_, { name, folders, createService, ...reach }) {
    const runner = connectHere(name, reach);
    const service = createService(runner, createLocalProcessReader(runner));
    return createLocalHost({ name, service, folders, runner });
  },
  connect: (_, { name, ...reach }) => connectHere(name, reach),
  lineByHand: (_, line) => line,
} satisfies HostKind<LocalConnection>;

/** A bot is mostly started outside of a session of its account, and `systemctl --user` finds its manager by this alone. */
function connectHere(
  name: string,
  { session, yielding }: Pick<Reach, 'session' | 'yielding'>,
): CommandRunner {
  const environment = { XDG_RUNTIME_DIR: `/run/user/${process.getuid?.()}`, ...session };
  return yielding(createLocalCommandRunner({ host: name, environment }));
}
