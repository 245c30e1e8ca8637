import { execa, type Options } from 'execa';
import {
  type CommandResult,
  type CommandRunner,
  DEFAULT_COMMAND_TIMEOUT_MS,
  DEFAULT_MAX_OUTPUT_BYTES,
  type RunOptions,
} from '../command-runner.js';
import { HostError } from '../host.js';
import { cancelled, timedOut } from '../host-calls.js';

/** All that a program gets of an environment unless told: the bot's own holds its tokens and passwords. */
export const PLAIN_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
};

interface LocalCommandRunnerOptions {
  readonly host: string;
  /** Added to `PLAIN_ENVIRONMENT`, e.g. `XDG_RUNTIME_DIR` for `systemctl --user`, `SSH_AUTH_SOCK` for ssh. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs programs on this machine. */
export function createLocalCommandRunner({ host, environment }: LocalCommandRunnerOptions): CommandRunner {
  const env = { ...PLAIN_ENVIRONMENT, ...environment };
  return {
    host,
    async run(command, options = {}) {
      const [program = '', ...words] = command;
      const tried = { attempt: 'program', subject: program } as const;
      if (options.signal?.aborted) throw cancelled(host, tried);
      const running = execa(program, words, { ...executionOptions(options), env });
      if (options.onOutput !== undefined) {
        running.stdout?.on('data', options.onOutput);
        // A program that may not be told to end (sudo) ends when nobody reads it any more.
        options.signal?.addEventListener('abort', () => running.stdout?.destroy(), { once: true });
      }
      if (options.onInput !== undefined && running.stdin) options.onInput(running.stdin);
      const result = await running;
      if (result.timedOut) throw timedOut(host, tried, options.timeoutMs ?? DEFAULT_COMMAND_TIMEOUT_MS);
      if (result.isCanceled) throw cancelled(host, tried);
      if (result.isMaxBuffer)
        throw new HostError('too_large', { code: 'host_printed_too_much', facts: { host, ...tried } });
      return {
        exitCode: exitCodeOf(result, host, program),
        stdout: bytesOf(result.stdout),
        stderr: textOf(result.stderr),
      };
    },
  };
}

function executionOptions(options: RunOptions) {
  return {
    reject: false,
    encoding: 'buffer',
    extendEnv: false,
    stripFinalNewline: false,
    forceKillAfterDelay: 2_000,
    timeout: options.timeoutMs ?? DEFAULT_COMMAND_TIMEOUT_MS,
    maxBuffer: options.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES,
    ...(options.onOutput === undefined ? {} : { buffer: { stdout: false } }),
    ...inputOf(options),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  } as const satisfies Options;
}

function inputOf({ input, inputFile, onInput }: RunOptions) {
  if (onInput !== undefined) return { stdin: 'pipe' } as const;
  if (inputFile !== undefined) return { inputFile };
  return input === undefined ? ({ stdin: 'ignore' } as const) : { input };
}

interface Ended {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly code?: string | undefined;
}

/** A program ended by a signal has no exit code of its own: the shell's convention gives it one. */
function exitCodeOf(ended: Ended, host: string, program: string): CommandResult['exitCode'] {
  if (ended.exitCode !== undefined) return ended.exitCode;
  if (ended.signal !== undefined) return 128;
  const facts = { host, attempt: 'program', subject: program, errno: ended.code ?? '' } as const;
  throw new HostError('command_failed', { code: 'host_not_started', facts });
}

function bytesOf(output: unknown): Buffer {
  return output instanceof Uint8Array ? Buffer.from(output) : Buffer.alloc(0);
}

function textOf(output: unknown): string {
  return bytesOf(output).toString('utf8');
}
