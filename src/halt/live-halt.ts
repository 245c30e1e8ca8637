import type { Halt } from '../domain/halt.js';
import type { HaltMessage, HaltRecord } from './halt-schema.js';

type HaltListener = (halt: Halt) => void;

/** A halt that goes on in this process, or has just ended. */
export interface HaltHandle {
  /** True for everybody but the one whose request began it. */
  readonly joined: boolean;
  current(): Halt;
  /** Told now and at each change. @returns what ends that. */
  subscribe(listener: HaltListener): () => void;
  /** Resolves with the ended halt, section 4 included. Never rejects. */
  readonly done: Promise<Halt>;
  /** A message shows this halt: another process must find it. */
  noteMessage(message: HaltMessage): void;
  messages(): readonly HaltMessage[];
}

/** The one state of a halt in this process, and who wants to know of it. */
export class LiveHalt {
  #halt: Halt;
  #messages: readonly HaltMessage[];
  readonly #listeners = new Set<HaltListener>();
  readonly #onRecord: (record: HaltRecord) => void;
  readonly #end: PromiseWithResolvers<Halt> = withResolvers<Halt>();
  readonly #abort = new AbortController();
  readonly #outranked = new AbortController();
  readonly #firstWrites = withResolvers<void>();

  constructor(record: HaltRecord, onRecord: (record: HaltRecord) => void) {
    this.#halt = record.halt;
    this.#messages = record.messages;
    this.#onRecord = onRecord;
  }

  get halt(): Halt {
    return this.#halt;
  }

  get record(): HaltRecord {
    return { halt: this.#halt, messages: this.#messages };
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Ends also what is about to be written: a stronger request's values stand there next. */
  get outranked(): AbortSignal {
    return this.#outranked.signal;
  }

  /** Another process has it: nothing more is done here, but the flag is written all the same. */
  abandon(): void {
    this.#abort.abort();
  }

  /** A stronger request has it. */
  outrank(): void {
    this.#outranked.abort();
    this.abandon();
  }

  /** Resolves when the first attempt to write the files has ended on every host. */
  get firstWrites(): Promise<void> {
    return this.#firstWrites.promise;
  }

  haveWritten(): void {
    this.#firstWrites.resolve();
  }

  become(halt: Halt): void {
    this.#halt = halt;
    for (const listener of this.#listeners) listener(halt);
    this.#onRecord(this.record);
  }

  /** Another process's halt, which this one only looks at: nothing of it is written down here. */
  show(halt: Halt): void {
    this.#halt = halt;
    for (const listener of this.#listeners) listener(halt);
  }

  ended(halt: Halt): void {
    this.#end.resolve(halt);
  }

  handle(joined: boolean): HaltHandle {
    return {
      joined,
      current: () => this.#halt,
      subscribe: (listener) => {
        this.#listeners.add(listener);
        listener(this.#halt);
        return () => this.#listeners.delete(listener);
      },
      done: this.#end.promise,
      noteMessage: (message) => {
        const others = this.#messages.filter(
          ({ role, channel }) => role !== message.role || channel !== message.channel,
        );
        this.#messages = [...others, message];
        this.#onRecord(this.record);
      },
      messages: () => this.#messages,
    };
  }
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
