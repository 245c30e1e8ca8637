import type { HostTried } from '../../domain/host-fault.js';
import { type CommandRunner, runChecked } from '../command-runner.js';
import type { CallOptions, LogCall, LogLine, ProcessReader, ServiceManager } from '../host.js';
import { LogReader, type ParseLogLine } from './log-lines.js';
import { parseUnitStatus } from './unit-status.js';

/** systemd itself waits up to 90 s for a service to stop, unless the unit says otherwise. */
const RESTART_TIMEOUT_MS = 120_000;

export interface ServiceParts {
  readonly runner: CommandRunner;
  /** undefined: the host accepts nothing but its fixed commands. */
  readonly processes: ProcessReader | undefined;
}

type Verb = 'status' | 'restart' | 'stop';
export interface CommandOfVerb extends Readonly<Record<Verb, readonly string[]>> {
  /** Left out: nothing kills. */
  readonly kill?: readonly string[] | undefined;
}

/** A way to drive a service: its file, its settings, and a line for each in `service-managers.ts` and `service-schema.ts`. */
export interface ServiceKind<Settings extends { readonly manager: string }> {
  readonly manager: Settings['manager'];
  create(settings: Settings, parts: ServiceParts): ServiceManager;
  /** What a person types on the host. */
  byHand(settings: Settings): CommandOfVerb;
  /** The commands of a halt as they are run, word for word. */
  acts(settings: Settings): readonly (readonly string[])[];
}

/** A service that is driven by one command a verb. @param tried what an error calls it. */
export function driveByCommands(
  runner: CommandRunner,
  commands: CommandOfVerb,
  tried: (verb: Verb | 'kill') => HostTried,
): Pick<ServiceManager, Verb | 'kill'> {
  const { kill } = commands;
  const act = async (verb: 'restart' | 'stop', call?: CallOptions) => {
    const patient = { timeoutMs: RESTART_TIMEOUT_MS, ...call };
    await runChecked(runner, tried(verb), commands[verb], patient);
  };
  return {
    async status(call) {
      const { stdout } = await runChecked(runner, tried('status'), commands.status, call);
      return parseUnitStatus(runner.host, stdout.toString('utf8'));
    },
    restart: (call) => act('restart', call),
    stop: (call) => act('stop', call),
    kill:
      kill &&
      (async (call) => {
        await runChecked(runner, tried('kill'), kill, call);
      }),
  };
}

/** A log that a command prints, oldest line first. @param source.tried what an error calls it. */
export async function readLog(
  runner: CommandRunner,
  command: readonly string[],
  { tried, ...reading }: LogSource,
  { find, limit = Number.POSITIVE_INFINITY, timeoutMs, signal }: LogCall,
): Promise<readonly LogLine[]> {
  const reader = new LogReader({ ...reading, find });
  const done = new AbortController();
  const onOutput = (chunk: Buffer) => {
    reader.take(chunk);
    if (reader.isDone) done.abort();
  };
  const signals = signal === undefined ? done.signal : AbortSignal.any([signal, done.signal]);
  const call = { signal: signals, onOutput, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  const run = runChecked(runner, tried, command, call);
  // Nobody waits for the end of a program that was told to end.
  const isEnough = new Promise<undefined>((resolve) => {
    done.signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  try {
    const ended = await Promise.race([run, isEnough]);
    // A runner that cannot hand on what comes answers with the whole.
    if (ended !== undefined) reader.take(ended.stdout);
  } catch (error) {
    if (!reader.isDone) throw error;
  }
  run.catch(() => undefined);
  return reader.end(limit);
}

interface LogSource {
  readonly tried: HostTried;
  readonly parse: ParseLogLine;
  readonly isWanted?: (line: LogLine) => boolean;
  readonly isPast?: (line: LogLine) => boolean;
}
