import { type ChildProcess, fork } from 'node:child_process';
import { createBirpc } from 'birpc';
import { type Clock, withPatience } from '../../clock.js';
import type { CheckResult, CheckRun } from '../../domain/check-run.js';
import type { Logger } from '../../telemetry/logger.js';
import type { ChecksBot, ChecksProcess, LoadedFiles, SentRun } from './link.js';

export interface ChecksChildOptions {
  /** What it must work by: with any other it is not used. */
  readonly loaded: LoadedFiles;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The sockets of shared ssh connections. */
  readonly controlFolder: string;
  readonly passedWindows: ChecksBot['passedWindows'];
  /** Longer than any run takes: one that is not done then hangs. */
  readonly runLimitMs: number;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  /** Path of the program. */
  readonly program?: string;
}

export type RunApart =
  | { readonly kind: 'ran'; readonly run: CheckRun }
  /** There is no process for checks on this machine now. */
  | { readonly kind: 'unavailable' }
  /** Two of them ended under this run. */
  | { readonly kind: 'given_up' };

export interface RunApartOptions {
  readonly onResult: (result: CheckResult) => void;
  readonly signal?: AbortSignal | undefined;
}

interface Live {
  readonly child: ChildProcess;
  readonly process: ReturnType<typeof createBirpc<ChecksProcess, ChecksBot>>;
  readonly exited: Promise<void>;
}

const READY_MS = 30_000;
/** After one that did not become ready, none is tried for so long. */
const TRY_AGAIN_MS = 60_000;
const END_MS = 2_000;
const PROGRAM = new URL('./checks-process.js', import.meta.url);

/** The process ended, or was ended, before it answered. */
class ProcessEnded extends Error {
  override readonly name = 'ProcessEnded';
}

/**
 * Runs checks in a process of their own. What they cost (starting programs, judging, waiting for locks of the runtime)
 * then holds up no click, and what they do to their process (memory, a crash of native code) leaves the kill switch alone.
 */
export class ChecksChild {
  readonly #o: ChecksChildOptions;
  readonly #listeners = new Map<number, (result: CheckResult) => void>();
  #opening: Promise<Live | undefined> | undefined;
  /** Ready, and the bot works by the same files. */
  #live: Live | undefined;
  /** The one that was started last, whatever became of it. */
  #newest: Live | undefined;
  #notBefore = 0;
  #isClosed = false;
  #lastId = 0;

  constructor(options: ChecksChildOptions) {
    this.#o = options;
  }

  /** So that the first run need not wait for it. */
  warm(): void {
    void this.#opened();
  }

  /** Never rejects. */
  async run(request: SentRun, options: RunApartOptions): Promise<RunApart> {
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const live = await this.#opened();
      if (live === undefined) return { kind: 'unavailable' };
      try {
        return { kind: 'ran', run: await this.#runIn(live, request, options) };
      } catch (error) {
        this.#o.logger.error({ err: error, kind: request.kind }, 'the process for checks failed under a run');
        if (!(error instanceof ProcessEnded) && live.child.connected) break;
        // Its end may be noticed here first; the next attempt needs another one.
        live.child.kill('SIGKILL');
        await live.exited;
      }
    }
    return { kind: 'given_up' };
  }

  /** It starts nothing on hosts until this resolves. */
  holdBack(until: Promise<void>): void {
    const live = this.#live;
    if (live === undefined) return;
    tell(live.process.holdBack());
    void until.finally(() => tell(live.process.goOn()));
  }

  /** Resolves when it has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const newest = this.#newest;
    if (newest === undefined) return;
    if (newest.child.connected) newest.child.disconnect();
    const late = setTimeout(() => newest.child.kill('SIGKILL'), END_MS);
    await newest.exited;
    clearTimeout(late);
  }

  async #runIn(live: Live, request: SentRun, { onResult, signal }: RunApartOptions): Promise<CheckRun> {
    this.#lastId += 1;
    const id = this.#lastId;
    const cancel = () => tell(live.process.cancel(id));
    const late = setTimeout(() => live.child.kill('SIGKILL'), this.#o.runLimitMs);
    this.#listeners.set(id, onResult);
    try {
      const answer = live.process.run(id, request);
      signal?.addEventListener('abort', cancel, { once: true });
      if (signal?.aborted) cancel();
      return await answer;
    } finally {
      clearTimeout(late);
      signal?.removeEventListener('abort', cancel);
      this.#listeners.delete(id);
    }
  }

  #opened(): Promise<Live | undefined> {
    const { clock } = this.#o;
    if (this.#isClosed || clock.now() < this.#notBefore) return Promise.resolve(undefined);
    // It may have ended in the moment in which it became ready.
    if (this.#live?.child.connected === false) this.#forget();
    this.#opening ??= this.#open().then((live) => {
      this.#live = live;
      if (live === undefined) {
        this.#opening = undefined;
        this.#notBefore = clock.now() + TRY_AGAIN_MS;
      }
      return live;
    });
    return this.#opening;
  }

  async #open(): Promise<Live | undefined> {
    const { loaded, clock, logger } = this.#o;
    let tellReady: (files: LoadedFiles) => void = () => {};
    const ready = new Promise<LoadedFiles | undefined>((resolve) => {
      tellReady = resolve;
    });
    const live = this.#fork((files) => tellReady(files));
    this.#newest = live;
    const files = await withPatience(
      clock,
      READY_MS,
      Promise.race([ready, live.exited.then(() => undefined)]),
    );
    if (files?.runbook === loaded.runbook && files.targets === loaded.targets) return live;
    live.child.kill('SIGKILL');
    const because = files === undefined ? 'it did not start' : 'the files have changed since the bot started';
    logger.warn({ because }, 'checks run in the process of the bot: there is none for them');
    return undefined;
  }

  #fork(ready: ChecksBot['ready']): Live {
    const { environment, controlFolder, passedWindows, program = PROGRAM } = this.#o;
    const child = fork(program, [controlFolder], {
      env: environment,
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const observed: ChecksBot['observed'] = (id, result) => this.#listeners.get(id)?.(result);
    const process = createBirpc<ChecksProcess, ChecksBot>(
      { ready, observed, passedWindows },
      {
        post: (message) => send(child, message),
        on: (listener) => child.on('message', listener),
        bind: 'functions',
        eventNames: ['cancel', 'holdBack', 'goOn'],
        // Runs have their own limit.
        timeout: -1,
        // An answer (it names what was asked) that finds nobody any more: thrown, it would end the bot.
        onGeneralError: (_error, asked) => asked !== undefined,
      },
    );
    const exited = new Promise<void>((resolve) => {
      // One that could not be started has no exit. Without a listener a second error would end the bot.
      child.on('error', () => resolve());
      child.once('exit', () => resolve());
    }).then(() => {
      process.$close(new ProcessEnded('the process for checks has ended'));
      if (this.#live?.child === child) this.#forget();
    });
    return { child, process, exited };
  }

  #forget(): void {
    this.#live = undefined;
    this.#opening = undefined;
  }
}

function send(child: ChildProcess, message: object): Promise<void> {
  return new Promise((resolve, reject) => {
    child.send(message, (error) => (error === null ? resolve() : reject(new ProcessEnded(error.message))));
  });
}

/** For what nobody answers: a process that is gone needs to be told nothing. */
function tell(sent: Promise<void>): void {
  sent.catch(() => undefined);
}
