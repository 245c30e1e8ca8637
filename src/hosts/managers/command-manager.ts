import { commandNamed, runChecked } from '../command-runner.js';
import { type CallOptions, HostError, type LogLine, type ServiceManager } from '../host.js';
import { askMoment } from '../host-clock.js';
import { commandDeadMan } from './command-dead-man.js';
import type { CommandSettings } from './command-settings.js';
import { fillIn } from './fill-in.js';
import { parsePlainLine } from './log-lines.js';
import { parseEnvironmentAnswer, parseVariableNames } from './process-environment.js';
import { parseProcessFacts } from './process-facts.js';
import { askProcesses } from './process-list.js';
import { parseServiceDefinition } from './service-definition.js';
import { driveByCommands, readLog, type ServiceKind, type ServiceParts } from './service-kind.js';

/** What a command of the targets file with `{limit}` is told: a day of a line a second, twice over. */
const DEFAULT_LOG_LIMIT = 200_000;

export type ServiceCommands = Pick<
  CommandSettings,
  | 'status'
  | 'restart'
  | 'stop'
  | 'logs'
  | 'environ'
  | 'clock'
  | 'processes'
  | 'kill'
  | 'current'
  | 'deadMan'
  | 'killAfterSecs'
>;

export const commandManager = {
  manager: 'command',
  create: (settings, parts) => createCommandManager(settings, parts),
  byHand: ({ status, restart, stop, kill }) => ({ status, restart, stop, kill }),
  acts: ({ restart, stop, kill }) => [restart, stop, ...(kill === undefined ? [] : [kill])],
} satisfies ServiceKind<CommandSettings>;

/** Drives a service by configured commands, for hosts with a forced command or another service manager. */
export function createCommandManager(
  commands: ServiceCommands,
  { runner, processes }: ServiceParts,
): ServiceManager {
  const { clock } = commands;
  const askCurrent = async (pid: string, call?: CallOptions) => {
    const { current } = commands;
    if (current === undefined) return undefined;
    const answer = await runChecked(runner, commandNamed('current'), fillIn(current, { pid }), call);
    return answer.stdout.toString('utf8');
  };
  const askEnviron = async (pid: number, call?: CallOptions) => {
    if (commands.environ === undefined) return undefined;
    const command = fillIn(commands.environ, { pid: String(pid) });
    return (await runChecked(runner, commandNamed('environ'), command, call)).stdout.toString('utf8');
  };
  const readerOf = (reader: ServiceParts['processes']) => {
    if (reader !== undefined) return reader;
    throw new HostError('not_configured', { code: 'host_no_environ', facts: { host: runner.host } });
  };
  return {
    description: 'service',
    ...driveByCommands(runner, commands, commandNamed),
    deadMan: commands.deadMan && commandDeadMan(runner, commands.deadMan, commands),
    clock: clock && ((call) => askMoment(runner, clock, call)),
    account: async ({ user, mainPid }, call) => user || processes?.account(mainPid, call),
    logs(call) {
      const { since, until, limit } = call;
      const command = fillIn(commands.logs, {
        since: since.toISOString(),
        sinceUnix: (since.getTime() / 1000).toFixed(3),
        limit: String(limit ?? DEFAULT_LOG_LIMIT),
      });
      const asksForTime = commands.logs.some((word) => /\{since(?:Unix)?\}/.test(word));
      const isWanted = (line: LogLine) => isSince(line, since, asksForTime) && isUntil(line, until);
      const isPast = (line: LogLine) => !isUntil(line, until);
      const source = { tried: commandNamed('logs'), parse: parsePlainLine, isWanted, isPast };
      return readLog(runner, command, source, call);
    },
    async processEnvironment(pid, names, call) {
      const told = await askEnviron(pid, call);
      return told === undefined
        ? readerOf(processes).environment(pid, names, call)
        : parseEnvironmentAnswer(told, names);
    },
    async variableNames(pid, prefix, call) {
      const told = await askEnviron(pid, call);
      return told === undefined
        ? readerOf(processes).variableNames(pid, prefix, call)
        : parseVariableNames(told, prefix);
    },
    async definition(call) {
      const text = await askCurrent('', call);
      return text === undefined ? undefined : parseServiceDefinition(text);
    },
    processes: async (_status, call) => askProcesses(runner, commands.processes, call),
    async processFacts(pid, call) {
      // Where a command tells the environment, the number may be one that this host's own /proc does not know.
      const seen = commands.environ === undefined ? await processes?.facts(pid, call) : undefined;
      if (seen !== undefined) return seen;
      const text = await askCurrent(String(pid), call);
      return text === undefined ? undefined : parseProcessFacts(text);
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
