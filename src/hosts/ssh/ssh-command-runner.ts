import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CommandResult,
  type CommandRunner,
  DEFAULT_COMMAND_TIMEOUT_MS,
  lastWords,
  type RunOptions,
} from '../command-runner.js';
import { HostError } from '../host.js';
import { timedOut } from '../host-calls.js';
import { createLocalCommandRunner } from '../local/local-command-runner.js';
import { shellLine } from '../shell-quote.js';
import { SharedConnection, type SshWay, unsharedWay } from './shared-connection.js';
import { beginSession, type SshSession } from './ssh-session.js';

const CONNECT_TIMEOUT_S = 5;
/** How long the local end waits beyond the remote time-out: connecting, and ending the remote command. */
const GRACE_MS = (CONNECT_TIMEOUT_S + 4) * 1000;
/** How long a session through a connection that stands may take to begin, before another one is begun beside it. */
const SHARED_SILENT_MS = 700;
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
  /** A folder that only the bot can enter, made where it is missing; the shared connections' sockets live in it. */
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

/** Runs programs on another machine through the system's ssh. Commands share one connection, and need none that is shared. */
export function createSshCommandRunner(options: SshOptions): CommandRunner {
  const { name, address, controlFolder, sshArguments = [], forced = false, environment = {} } = options;
  if (address === '' || address.startsWith('-')) {
    throw new HostError('not_configured', { code: 'host_address_unusable', facts: { host: name } });
  }
  const local = createLocalCommandRunner({ host: name, environment });
  const shared = new SharedConnection(controlFolder, [address, ...sshArguments]);
  const client = (way: SshWay) => ['ssh', ...connectionArguments(options, way), '--', address];
  const run = forced ? runWordByWord : runInSession;
  return {
    host: name,
    run: (command, call = {}) => run({ local, shared, client }, command, call),
  };
}

interface Connecting {
  /** Runs ssh itself. */
  readonly local: CommandRunner;
  readonly shared: SharedConnection;
  client(way: SshWay): readonly string[];
}

async function runInSession(
  connecting: Connecting,
  command: readonly string[],
  call: RunOptions,
): Promise<CommandResult> {
  const name = connecting.local.host;
  const timeoutMs = call.timeoutMs ?? DEFAULT_COMMAND_TIMEOUT_MS;
  const session = await beginSomewhere(connecting, { ...call, timeoutMs: timeoutMs + GRACE_MS });
  const startedAt = performance.now();
  // Ending the local ssh does not end the remote command, so the host itself has to.
  session.go(['timeout', '-k', '2', String(timeoutMs / 1000), ...command]);
  const { client, command: result } = await session.ended;
  if (result === undefined) throw notRun(name, client);
  const isLate = performance.now() - startedAt >= timeoutMs;
  const isTimedOut = result.exitCode === REMOTE_TIMED_OUT || (result.exitCode === REMOTE_KILLED && isLate);
  if (isTimedOut) throw timedOut(name, { attempt: 'program', subject: command[0] ?? '' }, timeoutMs);
  return result;
}

/**
 * A session that waits for its command; of several the first. One through a shared connection that is silent gets another
 * beside it at once, with a connection of its own.
 */
async function beginSomewhere({ local, shared, client }: Connecting, call: RunOptions): Promise<SshSession> {
  const way = shared.way();
  const first = beginSession(local, client(way), call);
  if (!way.isShared) return first;
  const silent = new AbortController();
  const isThere = await Promise.race([
    first.isThere,
    ...(way.socket === undefined ? [] : [silentAfter(SHARED_SILENT_MS, silent.signal)]),
  ]);
  silent.abort();
  if (isThere === true) return first;
  if (isThere === false && !(await hasSharingFailed(shared, first))) return first;
  const second = beginSession(local, client(unsharedWay), call);
  const chosen = await Promise.any([whenThere(first), whenThere(second)]).catch(() => second);
  if (chosen === first) second.cancel();
  else {
    first.cancel();
    shared.leave(way);
  }
  return chosen;
}

/** Rejects where the session ends before. */
async function whenThere(session: SshSession): Promise<SshSession> {
  if (!(await session.isThere)) throw new Error('ended');
  return session;
}

/** undefined: the time is up. */
async function silentAfter(ms: number, signal: AbortSignal): Promise<undefined> {
  return sleep(ms, undefined, { signal }).catch(() => undefined);
}

async function hasSharingFailed(shared: SharedConnection, session: SshSession): Promise<boolean> {
  const end = await session.ended.catch(() => undefined);
  return end?.client.exitCode === SSH_FAILED && shared.hasFailed(end.client.stderr);
}

/** Into a forced command, which compares what it is sent: nothing stands before it. */
async function runWordByWord(
  { local, shared, client }: Connecting,
  command: readonly string[],
  call: RunOptions,
): Promise<CommandResult> {
  const timeoutMs = (call.timeoutMs ?? DEFAULT_COMMAND_TIMEOUT_MS) + GRACE_MS;
  const run = (way: SshWay) => local.run([...client(way), shellLine(command)], { ...call, timeoutMs });
  const way = shared.way();
  let result = await run(way);
  if (
    result.exitCode === SSH_FAILED &&
    way.isShared &&
    (way.socket !== undefined || shared.hasFailed(result.stderr))
  )
    result = await run(unsharedWay);
  if (result.exitCode === SSH_FAILED) throw unreachable(local.host, result);
  return result;
}

function connectionArguments({ sshArguments = [], forced = false }: SshOptions, way: SshWay): string[] {
  const settings = {
    BatchMode: 'yes',
    ConnectTimeout: String(CONNECT_TIMEOUT_S),
    ...way.settings,
    // A host that vanished is noticed after 10 s, also on a connection that is shared. What is sent to a forced command
    // is short, and nothing tells when it has begun: there it is noticed sooner.
    ServerAliveInterval: forced ? '1' : '5',
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

/** @param client how ssh ended */
function notRun(name: string, client: Pick<CommandResult, 'exitCode' | 'stderr'>): HostError {
  if (client.exitCode === SSH_FAILED) return unreachable(name, client);
  const words = lastWords(client.stderr) || `exit ${client.exitCode}`;
  return new HostError('unreadable_answer', {
    code: 'host_runs_no_command',
    facts: { host: name, words },
  });
}

function unreachable(name: string, { stderr }: Pick<CommandResult, 'stderr'>): HostError {
  const facts = { host: name, words: lastWords(stderr) };
  return new HostError('unreachable', { code: 'host_unreached', facts });
}
