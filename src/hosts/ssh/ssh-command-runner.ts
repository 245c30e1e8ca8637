import {
  type CommandResult,
  type CommandRunner,
  DEFAULT_COMMAND_TIMEOUT_MS,
  lastWords,
} from '../command-runner.js';
import { HostError } from '../host.js';
import { timedOut } from '../host-fault.js';
import { createLocalCommandRunner } from '../local/local-command-runner.js';
import { shellLine } from '../shell-quote.js';

const CONNECT_TIMEOUT_S = 5;
/** How long the local end waits beyond the remote time-out: connecting, and ending the remote command. */
const GRACE_MS = (CONNECT_TIMEOUT_S + 4) * 1000;
/** ssh's own failure; every other code is the remote command's. */
const SSH_FAILED = 255;
/** timeout(1): the time was up. */
const REMOTE_TIMED_OUT = 124;
/** The same where the command had to be killed; or somebody else killed it before. */
const REMOTE_KILLED = 137;

interface SshOptions {
  readonly name: string;
  /** What ssh is given: `host`, `user@host`, or an alias of its configuration. */
  readonly address: string;
  /** A folder that only the bot can enter; the shared connections' sockets live in it. Keep it short (60 bytes). */
  readonly controlFolder: string;
  /** Further arguments of ssh, e.g. `['-F', '/etc/lobml/ssh_config']`. An unknown host key is always refused. */
  readonly sshArguments?: readonly string[];
  /** e.g. `SSH_AUTH_SOCK`. */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * true: the host's key has a forced command. What is configured is sent as it stands, without `timeout` before
   * it, so that the forced command can compare it.
   */
  readonly forced?: boolean;
}

/** Runs programs on another machine through the system's ssh, over one shared connection. */
export function createSshCommandRunner(options: SshOptions): CommandRunner {
  const { name, address, forced = false, environment = {} } = options;
  if (address === '' || address.startsWith('-')) {
    throw new HostError('not_configured', name, `${name}: the address for ssh is not one.`);
  }
  const local = createLocalCommandRunner({ host: name, environment });
  const client = ['ssh', ...connectionArguments(options), '--', address];
  return {
    host: name,
    async run(command, call = {}) {
      const timeoutMs = call.timeoutMs ?? DEFAULT_COMMAND_TIMEOUT_MS;
      const remote = forced ? command : withRemoteTimeout(command, timeoutMs);
      const startedAt = performance.now();
      const result = await local.run([...client, shellLine(remote)], {
        ...call,
        timeoutMs: timeoutMs + GRACE_MS,
      });
      if (result.exitCode === SSH_FAILED) throw unreachable(name, result);
      const isLate = performance.now() - startedAt >= timeoutMs;
      const isTimedOut =
        result.exitCode === REMOTE_TIMED_OUT || (result.exitCode === REMOTE_KILLED && isLate);
      if (!forced && isTimedOut) throw timedOut(name, command[0] ?? '', timeoutMs);
      return result;
    },
  };
}

/** Faults are read in English. The shell outlives `timeout`, which ends itself by a signal that ssh reports as its own failure. */
const IN_ENGLISH = 'LC_ALL=C; export LC_ALL; "$@"; exit';

/** Ending the local ssh does not end the remote command, so the host itself has to. */
function withRemoteTimeout(command: readonly string[], timeoutMs: number): readonly string[] {
  return ['sh', '-c', IN_ENGLISH, 'sh', 'timeout', '-k', '2', String(timeoutMs / 1000), ...command];
}

function connectionArguments({ controlFolder, sshArguments = [] }: SshOptions): string[] {
  const settings = {
    BatchMode: 'yes',
    ConnectTimeout: String(CONNECT_TIMEOUT_S),
    ControlMaster: 'auto',
    ControlPath: `${controlFolder}/%C`,
    ControlPersist: '60',
    // A host that vanished is noticed after 10 s, also on a connection that is shared.
    ServerAliveInterval: '5',
    ServerAliveCountMax: '2',
  };
  return [
    '-T',
    // The first value counts.
    '-o',
    'StrictHostKeyChecking=yes',
    ...sshArguments,
    ...Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]),
  ];
}

function unreachable(name: string, result: CommandResult): HostError {
  const words = lastWords(result.stderr);
  return new HostError(
    'unreachable',
    name,
    `${name}: ssh could not reach the host${words === '' ? '' : ` (${words})`}.`,
  );
}
