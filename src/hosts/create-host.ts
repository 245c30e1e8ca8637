import { dirname } from 'node:path';
import type { TargetHost } from '../runbook/targets.js';
import type { SshSettings } from '../runbook/targets-schema.js';
import { createCommandManager } from './command-manager.js';
import type { CommandRunner } from './command-runner.js';
import { type Host, HostError, type ServiceManager } from './host.js';
import { createLocalCommandRunner } from './local-command-runner.js';
import { createLocalHost } from './local-host.js';
import { createLocalProcessReader } from './local-process.js';
import { createProcessReader, type ProcessReader } from './process-environment.js';
import { createSshCommandRunner } from './ssh-command-runner.js';
import { createSshHost } from './ssh-host.js';
import { createSystemdManager } from './systemd-manager.js';

export interface HostRequirements {
  /** Further files that may be looked at, e.g. those that checks of the runbook name. */
  readonly files?: readonly string[];
  /** For hosts behind ssh. */
  readonly ssh?: {
    /** A folder that only the bot can enter, for the shared connections' sockets. */
    readonly controlFolder: string;
    /** Another one, for the connections of a service's own key. */
    readonly serviceControlFolder: string;
    /** e.g. SSH_AUTH_SOCK. */
    readonly environment: Readonly<Record<string, string>>;
  };
  /** Asked before each program is started: a halt goes first. */
  readonly yieldToHalt?: () => Promise<void>;
}

/** The host that a targets file describes. Only its own folders can be read or written through it. */
export function createHost(settings: TargetHost, requirements: HostRequirements = {}): Host {
  const { name, ssh } = settings;
  const folders = foldersOf(settings, requirements.files ?? []);
  if (ssh === undefined) {
    const runner = yielding(createLocalCommandRunner({ host: name }), requirements.yieldToHalt);
    const service = createServiceManager(settings, { runner, processes: createLocalProcessReader(runner) });
    return createLocalHost({ name, service, folders, runner });
  }
  const connect = (identityFile: string | undefined, forced: boolean) =>
    yielding(connectBySsh(name, ssh, identityFile, forced, requirements.ssh), requirements.yieldToHalt);
  const runner = connect(ssh.identityFile, false);
  const service =
    ssh.serviceIdentityFile === undefined
      ? createServiceManager(settings, { runner, processes: createProcessReader(runner) })
      : createServiceManager(settings, { runner: connect(ssh.serviceIdentityFile, true) });
  const { sudo } = ssh;
  return createSshHost({ name, runner, service, folders, ...(sudo === undefined ? {} : { sudo }) });
}

/** Runs commands on a host behind ssh, with the key that is for its files. */
export function connectToHost(
  { name, ssh }: TargetHost,
  { ssh: connection, yieldToHalt }: Pick<HostRequirements, 'ssh' | 'yieldToHalt'>,
): CommandRunner {
  if (ssh === undefined) throw new HostError('not_configured', name, `${name}: it is not behind ssh.`);
  return yielding(connectBySsh(name, ssh, ssh.identityFile, false, connection), yieldToHalt);
}

function yielding(runner: CommandRunner, yieldToHalt: HostRequirements['yieldToHalt']): CommandRunner {
  if (yieldToHalt === undefined) return runner;
  return {
    ...runner,
    async run(command, options) {
      await yieldToHalt();
      return runner.run(command, options);
    },
  };
}

function connectBySsh(
  name: string,
  { address, port, configFile }: SshSettings,
  identityFile: string | undefined,
  forced: boolean,
  connection: HostRequirements['ssh'],
): CommandRunner {
  if (connection === undefined) {
    throw new HostError('not_configured', name, `${name}: ssh needs a folder for its connections.`);
  }
  const sshArguments = [
    ...(configFile === undefined ? [] : ['-F', configFile]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(identityFile === undefined ? [] : ['-i', identityFile, '-o', 'IdentitiesOnly=yes']),
  ];
  // Two keys are two connections: a shared one would carry the rights of whichever was first.
  const controlFolder = forced ? connection.serviceControlFolder : connection.controlFolder;
  return createSshCommandRunner({ ...connection, controlFolder, name, address, sshArguments, forced });
}

function createServiceManager(
  { service }: TargetHost,
  // Without a reader: behind a forced command, where nothing but the fixed commands is accepted.
  { runner, processes }: { runner: CommandRunner; processes?: ProcessReader },
): ServiceManager {
  if (service.manager === 'systemd') {
    const { unit, sudo, userManager: user } = service;
    return createSystemdManager({
      ...{ runner, unit, user },
      ...(sudo === undefined ? {} : { sudo }),
      ...(processes === undefined ? {} : { processes }),
    });
  }
  const { status, restart, stop, logs, environ } = service;
  const commands = { status, restart, stop, logs, ...(environ === undefined ? {} : { environ }) };
  return createCommandManager({ runner, commands, processes });
}

function foldersOf(settings: TargetHost, files: readonly string[]): readonly string[] {
  const { environmentFiles, models, binary } = settings;
  const paths = [
    ...environmentFiles.map(({ path }) => path),
    ...(binary === undefined ? [] : [binary]),
    ...files,
  ];
  return [...new Set([...paths.map((path) => dirname(path)), ...(models === undefined ? [] : [models])])];
}
