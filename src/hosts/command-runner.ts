import type { Writable } from 'node:stream';
import type { HostTried } from '../domain/host-fault.js';
import { plainText } from '../domain/plain-text.js';
import { redact } from '../domain/secrets.js';
import type { CallOptions } from './host.js';
import { HostError } from './host.js';
import { hostErrorCodeFromMessage, sudoAsks } from './host-calls.js';

export const DEFAULT_COMMAND_TIMEOUT_MS = 10_000;
/** More output than this is refused: nothing that the bot asks for is that long. */
export const DEFAULT_MAX_OUTPUT_BYTES = 8 * 1024 * 1024;

export interface RunOptions extends CallOptions {
  readonly input?: Uint8Array | undefined;
  /** Gets the command's input, to write it when it is time, and to end it. */
  readonly onInput?: (input: Writable) => void;
  /** A file of the bot's machine, sent as the command's input. */
  readonly inputFile?: string;
  readonly maxOutputBytes?: number;
  /** Gets the output as it comes; none of it is kept then, and its length has no bound. */
  readonly onOutput?: ((chunk: Buffer) => void) | undefined;
}

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  /** As text; not redacted. */
  readonly stderr: string;
}

/** Runs programs on a host: an argument array, never a line for a shell. */
export interface CommandRunner {
  /** The host's name in the targets file. */
  readonly host: string;
  /**
   * An exit code other than 0 is a result, not an error.
   * @throws HostError `timeout`, `cancelled`, `unreachable`, `too_large`, `command_failed` (could not start).
   */
  run(command: readonly string[], options?: RunOptions): Promise<CommandResult>;
}

/** What a person reads of a failed command: its last words, in one line, without secrets. */
export function lastWords(stderr: string): string {
  const line = stderr.trim().split('\n').at(-1)?.trim() ?? '';
  return redact(plainText(line), 'host').slice(0, 200);
}

/** The shell's convention: from here on an exit code names a signal. */
const ENDED_BY_SIGNAL = 128;

/** The error for a command that ended with something else than 0. */
export function commandFailed(host: string, tried: HostTried, result: CommandResult): HostError {
  const { exitCode, stderr } = result;
  // A command that a signal has ended said nothing.
  const said = exitCode < ENDED_BY_SIGNAL ? exitCode : undefined;
  const code = sudoAsks(stderr) ? 'host_sudo_asks' : 'host_ended';
  const facts = { host, ...tried, exitCode, words: lastWords(stderr) };
  return new HostError(hostErrorCodeFromMessage(stderr), { code, facts }, { exitCode: said });
}

/** A command of the targets file, as it is called there. */
export const commandNamed = (subject: string): HostTried => ({ attempt: 'command', subject });

/** A program on the host, by its own words. */
export const programNamed = (subject: string): HostTried => ({ attempt: 'program', subject });

/** Runs a command that has to succeed. @throws HostError for any exit code but 0. */
export async function runChecked(
  runner: CommandRunner,
  tried: HostTried,
  command: readonly string[],
  options?: RunOptions,
): Promise<CommandResult> {
  const result = await runner.run(command, options);
  if (result.exitCode !== 0) throw commandFailed(runner.host, tried, result);
  return result;
}
