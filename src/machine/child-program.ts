import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { type BirpcReturn, createBirpc } from 'birpc';
import { type Clock, withTimeout } from '../time/clock.js';

/** The program ended, or was ended, before it answered. */
export class ProgramEnded extends Error {
  override readonly name = 'ProgramEnded';
}

/** A program of ours that is ready to be asked. */
export interface LiveProgram<Theirs extends object, Ours extends object> {
  readonly calls: BirpcReturn<Theirs, Ours>;
  readonly isConnected: () => boolean;
  /** Resolves when it has ended and all that it said has been heard. */
  readonly exited: Promise<void>;
  /** Ends it with SIGKILL. */
  readonly kill: () => void;
}

interface ChildProgramOptions<Theirs extends object, Ours extends object, Ready> {
  /** Path of the program: a module of Node. */
  readonly program: string;
  readonly arguments?: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How far it stands back in the processor, from 0 to 19; not at all unless given. */
  readonly niceness?: number;
  /** What it may ask of this process. */
  readonly functions: Ours;
  /** What it is told and does not answer. */
  readonly events: readonly (keyof Theirs)[];
  /** Why a program that says this when it is ready cannot be used; undefined: it can. */
  readonly refuse?: (ready: Ready) => string | undefined;
  /** Told when there is none for now. */
  readonly onUnavailable: (because: string) => void;
  readonly clock: Clock;
}

/** What every such program tells first: that it can be asked. */
export interface TellsReady<Ready> {
  ready(state: Ready): void;
}

const READY_MS = 30_000;
/** After one that did not become ready, none is tried for so long. */
const TRY_AGAIN_MS = 60_000;
const END_MS = 2_000;

/**
 * A process of this process's own that is asked through birpc and started anew when it has ended. It ends with this
 * process, because its end of the channel closes.
 */
export class ChildProgram<Theirs extends object, Ours extends object, Ready> {
  readonly #o: ChildProgramOptions<Theirs, Ours, Ready>;
  #opening: Promise<LiveProgram<Theirs, Ours> | undefined> | undefined;
  /** Ready, and not refused. */
  #live: LiveProgram<Theirs, Ours> | undefined;
  /** The one that was started last, whatever became of it. */
  #newest: { child: ChildProcess; exited: Promise<void> } | undefined;
  #notBefore = 0;
  #isClosed = false;

  constructor(options: ChildProgramOptions<Theirs, Ours, Ready>) {
    this.#o = options;
  }

  /** The one that can be asked at once. */
  get live(): LiveProgram<Theirs, Ours> | undefined {
    return this.#live?.isConnected() ? this.#live : undefined;
  }

  /** Starts it where none runs. undefined: there is none for now. Never rejects. */
  opened(): Promise<LiveProgram<Theirs, Ours> | undefined> {
    const { clock } = this.#o;
    if (this.#isClosed || clock.now() < this.#notBefore) return Promise.resolve(undefined);
    // It may have ended in the moment in which it became ready.
    if (this.#live?.isConnected() === false) this.#forget();
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

  async #open(): Promise<LiveProgram<Theirs, Ours> | undefined> {
    const { clock, refuse, onUnavailable } = this.#o;
    let tellReady: (state: { ready: Ready }) => void = () => {};
    const ready = new Promise<{ ready: Ready } | undefined>((resolve) => {
      tellReady = resolve;
    });
    const live = this.#fork((state) => tellReady({ ready: state }));
    const said = await withTimeout(clock, READY_MS, Promise.race([ready, live.exited.then(() => undefined)]));
    const because = said === undefined ? 'it did not start' : refuse?.(said.ready);
    if (because === undefined) return live;
    live.kill();
    onUnavailable(because);
    return undefined;
  }

  #fork(ready: (state: Ready) => void): LiveProgram<Theirs, Ours> {
    const { program, arguments: words = [], environment, niceness, functions, events } = this.#o;
    const child = fork(program, [...words], {
      env: { ...environment },
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    if (niceness !== undefined) standBack(child, niceness);
    const calls = createBirpc<Theirs, Ours>({ ...functions, ready } as Ours, {
      post: (message) => send(child, message),
      on: (listener) => child.on('message', listener),
      bind: 'functions',
      eventNames: [...events],
      // What is asked has its own limit.
      timeout: -1,
      // An answer (it names what was asked) that finds nobody any more: thrown, it would end this process.
      onGeneralError: (_error, asked) => asked !== undefined,
    });
    const exited = untilGone(child).then(() => {
      (calls.$close as (error: Error) => void)(new ProgramEnded('the program has ended'));
      if (this.#live === live) this.#forget();
    });
    const live = { calls, exited, isConnected: () => child.connected, kill: () => child.kill('SIGKILL') };
    this.#newest = { child, exited };
    return live;
  }

  #forget(): void {
    this.#live = undefined;
    this.#opening = undefined;
  }
}

/** One that has not started, or a system that knows no priorities: it goes on as it is. */
function standBack({ pid }: ChildProcess, niceness: number): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, niceness);
  } catch {}
}

/** An exit is known before the last messages are read: those come before the channel's end. */
async function untilGone(child: ChildProcess): Promise<void> {
  const disconnected = new Promise<void>((resolve) => child.once('disconnect', resolve));
  const isStarted = await new Promise<boolean>((resolve) => {
    // One that could not be started has no exit. Without a listener a second error would end this process.
    child.on('error', () => {
      if (child.pid === undefined) resolve(false);
    });
    child.once('exit', () => resolve(true));
  });
  if (isStarted && child.connected) await disconnected;
}

function send(child: ChildProcess, message: object): Promise<void> {
  return new Promise((resolve, reject) => {
    child.send(message, (error) => (error === null ? resolve() : reject(new ProgramEnded(error.message))));
  });
}

/** For what nobody answers: a program that is gone needs to be told nothing. */
export function tell(sent: Promise<void>): void {
  sent.catch(() => undefined);
}
