import { randomBytes } from 'node:crypto';
import { pipeline, type Writable } from 'node:stream';
import { streamPlainFile } from '../../machine/plain-file.js';
import {
  type CommandResult,
  type CommandRunner,
  DEFAULT_MAX_OUTPUT_BYTES,
  type RunOptions,
} from '../command-runner.js';
import { HostError } from '../host.js';
import { endOf, type RemoteShell, remoteShell } from './remote-shell.js';

/** A shell on the host that waits for its command. */
export interface SshSession {
  /** true: it is there and waits; false: it ended before. Never rejects. */
  readonly isThere: Promise<boolean>;
  /** Lets it do the command. */
  go(command: readonly string[]): void;
  cancel(): void;
  /** How it ended. @throws HostError */
  readonly ended: Promise<SessionEnd>;
}

interface SessionEnd {
  /** Of ssh itself. */
  readonly client: Pick<CommandResult, 'exitCode' | 'stderr'>;
  /** Of the command; undefined: it was never begun, or nobody saw its end. */
  readonly command: CommandResult | undefined;
}

/**
 * Begins a session.
 * @param client the words of ssh, without what it shall run
 */
export function beginSession(local: CommandRunner, client: readonly string[], call: RunOptions): SshSession {
  const shell = remoteShell(`lobml-${randomBytes(12).toString('hex')}`);
  const own = new AbortController();
  let isThere = (_: boolean) => {};
  const there = new Promise<boolean>((resolve) => {
    isThere = resolve;
  });
  let input: Writable | undefined;
  const output = new SessionOutput(local.host, shell, call, {
    onMark: () => isThere(true),
    onTooMuch: () => own.abort(),
  });
  const running = local.run([...client, shell.line], {
    ...(call.timeoutMs === undefined ? {} : { timeoutMs: call.timeoutMs }),
    signal: call.signal === undefined ? own.signal : AbortSignal.any([call.signal, own.signal]),
    onInput: (stdin) => {
      input = stdin;
      // Of a session that has ended: how, it says itself.
      stdin.on('error', () => undefined);
    },
    onOutput: (chunk) => output.take(chunk),
  });
  const ended = running.then(
    (result) => output.end(result),
    (error: unknown) => {
      throw output.tooMuch ?? error;
    },
  );
  const over = () => isThere(false);
  ended.then(over, over);
  return {
    isThere: there,
    go(command) {
      input?.write(shell.go(command));
      writeInput(input, call);
    },
    cancel: () => own.abort(),
    ended,
  };
}

function writeInput(to: Writable | undefined, { input, inputFile }: RunOptions): void {
  if (to === undefined) return;
  if (inputFile === undefined) {
    to.end(input);
    return;
  }
  streamPlainFile(inputFile).then(
    (file) => pipeline(file, to, () => undefined),
    () => to.destroy(),
  );
}

interface OutputEvents {
  onMark(): void;
  onTooMuch(): void;
}

/** What a session prints: before its first mark and after its last it is noise. */
class SessionOutput {
  tooMuch: HostError | undefined;
  readonly #host: string;
  readonly #shell: RemoteShell;
  readonly #call: RunOptions;
  readonly #events: OutputEvents;
  #part: 'before' | 'answer' | 'after' = 'before';
  /** The end of what came, which may be the beginning of a mark. */
  #held: Buffer = Buffer.alloc(0);
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(host: string, shell: RemoteShell, call: RunOptions, events: OutputEvents) {
    this.#host = host;
    this.#shell = shell;
    this.#call = call;
    this.#events = events;
  }

  take(chunk: Buffer): void {
    if (this.#part === 'after') return;
    const { begin, end } = this.#shell;
    const came = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const mark = this.#part === 'before' ? begin : end;
    const at = came.indexOf(mark);
    const sureTo = at === -1 ? Math.max(came.length - mark.length + 1, 0) : at;
    if (this.#part === 'answer') this.#answer(came.subarray(0, sureTo));
    this.#held = at === -1 ? came.subarray(sureTo) : Buffer.alloc(0);
    if (at === -1) return;
    if (this.#part === 'answer') {
      this.#part = 'after';
      return;
    }
    this.#part = 'answer';
    this.#events.onMark();
    this.take(came.subarray(at + mark.length));
  }

  end({ exitCode, stderr }: CommandResult): SessionEnd {
    const found = endOf(this.#shell, stderr);
    const command = found === undefined ? undefined : { ...found, stdout: Buffer.concat(this.#chunks) };
    return { client: { exitCode, stderr }, command };
  }

  #answer(chunk: Buffer): void {
    const { onOutput, maxOutputBytes = DEFAULT_MAX_OUTPUT_BYTES } = this.#call;
    if (onOutput !== undefined) {
      onOutput(chunk);
      return;
    }
    this.#bytes += chunk.length;
    if (this.#bytes <= maxOutputBytes) {
      this.#chunks.push(chunk);
      return;
    }
    this.#chunks = [];
    this.tooMuch ??= new HostError('too_large', {
      code: 'host_printed_too_much',
      facts: { host: this.#host, attempt: 'program', subject: '' },
    });
    this.#events.onTooMuch();
  }
}
