import { type CommandRunner, runChecked } from './command-runner.js';
import { type CallOptions, HostError, type LogLine, type ServiceManager } from './host.js';
import { parsePlainLines } from './log-lines.js';
import { createProcessReader, type ProcessReader, parseEnvironmentAnswer } from './process-environment.js';
import { DEFAULT_LOG_LIMIT, DEFAULT_RESTART_TIMEOUT_MS, MAX_LOG_BYTES } from './systemd-manager.js';
import { parseUnitStatus } from './unit-status.js';

/**
 * How a service is driven, as argument lists of the targets file. Inside an element stand, where wished:
 * `{since}` (RFC 3339, UTC), `{sinceUnix}` (seconds, with decimals) and `{limit}` in `logs`, `{pid}` in `environ`.
 */
export interface ServiceCommands {
  /** Answers `KEY=value` lines as `systemctl show` does: at least ActiveState, MainPID and NRestarts. */
  readonly status: readonly string[];
  readonly restart: readonly string[];
  readonly stop: readonly string[];
  readonly logs: readonly string[];
  /** Prints a process's environment; unless given, /proc/PID/environ is read on the host. */
  readonly environ?: readonly string[];
}

interface CommandManagerOptions {
  readonly runner: CommandRunner;
  readonly commands: ServiceCommands;
  /**
   * Looks at processes when there is no `environ` list; by programs of the host unless told. undefined: the host
   * accepts nothing but its fixed commands, so the environment is only known by an `environ` list.
   */
  readonly processes?: ProcessReader | undefined;
}

/** Drives a service by configured commands, for hosts with a forced command or another service manager. */
export function createCommandManager(options: CommandManagerOptions): ServiceManager {
  const { runner, commands } = options;
  const processes = 'processes' in options ? options.processes : createProcessReader(runner);
  const act = async (verb: 'restart' | 'stop', call?: CallOptions) => {
    await runChecked(runner, `the command for ${verb}`, commands[verb], {
      timeoutMs: DEFAULT_RESTART_TIMEOUT_MS,
      ...call,
    });
  };
  return {
    description: `commands of ${runner.host}`,
    async status(call) {
      const { stdout } = await runChecked(runner, 'the command for status', commands.status, call);
      return parseUnitStatus(runner.host, stdout.toString('utf8'));
    },
    account: async ({ user, mainPid }, call) => user || processes?.account(mainPid, call),
    restart: (call) => act('restart', call),
    stop: (call) => act('stop', call),
    async logs({ since, until, limit = DEFAULT_LOG_LIMIT, ...call }) {
      const values = {
        since: since.toISOString(),
        sinceUnix: (since.getTime() / 1000).toFixed(3),
        limit: String(limit),
      };
      const { stdout } = await runChecked(runner, 'the command for logs', fillIn(commands.logs, values), {
        ...call,
        maxOutputBytes: MAX_LOG_BYTES,
      });
      const asksForTime = commands.logs.some((word) => /\{since(?:Unix)?\}/.test(word));
      const lines = parsePlainLines(stdout.toString('utf8'));
      return lines.filter((line) => isSince(line, since, asksForTime) && isUntil(line, until)).slice(-limit);
    },
    async processEnvironment(pid, names, call) {
      if (commands.environ !== undefined) {
        const command = fillIn(commands.environ, { pid: String(pid) });
        const { stdout } = await runChecked(runner, 'the command for environ', command, call);
        return parseEnvironmentAnswer(stdout.toString('utf8'), names);
      }
      if (processes !== undefined) return processes.environment(pid, names, call);
      throw new HostError(
        'not_configured',
        runner.host,
        `${runner.host}: the targets file has no environ command, so the process's environment cannot be read.`,
      );
    },
  };
}

/** Old lines prove nothing: without a time they count only when the command itself was asked for new ones. */
function isSince(line: LogLine, since: Date, asksForTime: boolean): boolean {
  return line.at === undefined ? asksForTime : line.at.getTime() >= since.getTime();
}

function isUntil(line: LogLine, until: Date | undefined): boolean {
  return until === undefined || line.at === undefined || line.at.getTime() <= until.getTime();
}

function fillIn(command: readonly string[], values: Readonly<Record<string, string>>): string[] {
  return command.map((word) =>
    word.replace(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder),
  );
}
