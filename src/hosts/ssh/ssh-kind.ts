import type { CommandRunner } from '../command-runner.js';
import { HostError } from '../host.js';
import type { HostKind, Reach } from '../host-kind.js';
import { createProcessReader } from '../managers/process-environment.js';
import { shellLine } from '../shell-quote.js';
import { createSshCommandRunner } from './ssh-command-runner.js';
import type { SshConnection } from './ssh-connection.js';
import { createSshHost } from './ssh-host.js';

/** Another machine, by the system's own ssh. */
export const sshKind = {
  kind: 'ssh',
  isThisMachine: false,
  needsControlFolder: true,
  // Another account of it is the same machine; another port is another one, e.g. a container.
  machine: ({ address, port = 22 }) => `${address.slice(address.lastIndexOf('@') + 1).toLowerCase()}:${port}`,
  create(connection, { folders, createService, ...reach }) {
    const { serviceIdentityFile, sudo } = connection;
    const runner = connectWith(connection, connection.identityFile, false, reach);
    const service =
      serviceIdentityFile === undefined
        ? createService(runner, createProcessReader(runner))
        : createService(connectWith(connection, serviceIdentityFile, true, reach), undefined);
    return createSshHost({ name: reach.name, runner, service, folders, sudo });
  },
  connect: (connection, reach) => connectWith(connection, connection.identityFile, false, reach),
  lineByHand(connection, line, isOfService) {
    const { address, identityFile, serviceIdentityFile } = connection;
    const key = (isOfService ? serviceIdentityFile : undefined) ?? identityFile;
    return shellLine(['ssh', ...argumentsOf(connection, key), address, line]);
  },
} satisfies HostKind<SshConnection>;

/** How the host is reached, for whoever runs ssh. */
const argumentsOf = (
  { port, configFile }: SshConnection,
  identityFile: string | undefined,
): readonly string[] => [
  ...(configFile === undefined ? [] : ['-F', configFile]),
  ...(port === undefined ? [] : ['-p', String(port)]),
  ...(identityFile === undefined ? [] : ['-i', identityFile, '-o', 'IdentitiesOnly=yes']),
];

function connectWith(
  connection: SshConnection,
  identityFile: string | undefined,
  forced: boolean,
  { name, ssh, yielding }: Reach,
): CommandRunner {
  if (ssh === undefined) {
    throw new HostError('not_configured', { code: 'host_no_connection_folder', facts: { host: name } });
  }
  const { address } = connection;
  const sshArguments = argumentsOf(connection, identityFile);
  // Two keys are two connections: a shared one would carry the rights of whichever was first.
  const controlFolder = forced ? ssh.serviceControlFolder : ssh.controlFolder;
  const { environment } = ssh;
  return yielding(
    createSshCommandRunner({ name, address, controlFolder, environment, sshArguments, forced }),
  );
}
