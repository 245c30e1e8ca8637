import type { Halt, HostHalt } from '../domain/halt.js';
import { type HaltMessage, type HaltRecord, isSameMessage } from './halt-schema.js';

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
  /** A message shows this halt: another process must find it. @param former what was noted of it before */
  noteMessage(message: HaltMessage, former?: HaltMessage): void;
  /** Nobody is owed that message any more. */
  forgetMessage(message: HaltMessage): void;
  messages(): readonly HaltMessage[];
}

/**
 * The one state of a halt in this process. Whoever acts, proves or cancels for it changes its own part of it here; who
 * keeps and who shows the halt listens.
 */
export class LiveHalt {
  #halt: Halt;
  #messages: readonly HaltMessage[];
  #isElsewhere = false;
  #isReplaced = false;
  /** What a message that shows this halt comes to be is noted of that one. */
  #successor: HaltHandle | undefined;
  readonly #listeners = new Set<HaltListener>();
  readonly #keepers = new Set<(before: Halt) => void>();
  readonly #writing = new AbortController();
  readonly #acting = new AbortController();
  readonly #leased = new AbortController();
  readonly #end = withResolvers<Halt>();
  readonly #firstWrites = withResolvers<void>();
  /** Resolves when the first attempt to write the files has ended on every host, or has taken too long. */
  readonly firstWrites = this.#firstWrites.promise;
  readonly signals = {
    /** Ends what is about to be written: a stronger halt's values stand there next. */
    writing: this.#writing.signal,
    /** Ends acts and looks; what was done stays done. */
    acting: this.#acting.signal,
    /** Ends when nothing is left to do for it in this process. */
    leased: this.#leased.signal,
  };

  constructor({ halt, messages }: HaltRecord) {
    this.#halt = halt;
    this.#messages = messages;
  }

  get halt(): Halt {
    return this.#halt;
  }

  get record(): HaltRecord {
    return { halt: this.#halt, messages: this.#messages };
  }

  /** Another process has it, or a stronger halt its target: nothing more of it is done or written down here. */
  get isElsewhere(): boolean {
    return this.#isElsewhere;
  }

  /** It shows another halt of this process, to that one's end. */
  get isReplaced(): boolean {
    return this.#isReplaced;
  }

  host(name: string): HostHalt | undefined {
    return this.#halt.hosts.find(({ host }) => host === name);
  }

  change(part: Partial<Halt>): void {
    if (this.#isElsewhere) return;
    const before = this.#halt;
    this.show({ ...before, ...part });
    for (const keeper of this.#keepers) keeper(before);
  }

  /** What a call says at its end that was cut off is no news of the host. */
  changeHost(name: string, part: Partial<HostHalt>): void {
    const known = this.host(name);
    if (known === undefined || this.#acting.signal.aborted) return;
    const next = { ...known, ...part };
    if (JSON.stringify(next) === JSON.stringify(known)) return;
    this.change({ hosts: this.#halt.hosts.map((host) => (host.host === name ? next : host)) });
  }

  /** Another process's halt, or another one of this: nothing of it is written down here. */
  show(halt: Halt): void {
    this.#halt = halt;
    for (const listener of this.#listeners) listener(halt);
  }

  /** @param keeper told of what this process must keep, with the state before it */
  keptBy(keeper: (before: Halt) => void): void {
    this.#keepers.add(keeper);
  }

  haveWritten(): void {
    this.#firstWrites.resolve();
  }

  stopActing(): void {
    this.#acting.abort();
  }

  /** Another process has it: the flag is written all the same. */
  leave(): void {
    this.#isElsewhere = true;
    this.#acting.abort();
    this.#leased.abort();
  }

  /** A stronger halt has its target. */
  outrank(): void {
    this.#writing.abort();
    this.leave();
  }

  /** Whoever watches this one sees how the other gets on, to its end. */
  replaceBy(successor: HaltHandle): void {
    this.#isReplaced = true;
    const known = successor.messages();
    const own = this.#messages.filter((one) => !known.some((other) => isSameMessage(one, other)));
    for (const message of own) successor.noteMessage(message);
    this.#successor = successor;
    successor.subscribe((halt) => this.show(halt));
    void successor.done.then((halt) => this.#end.resolve(halt));
  }

  end(): void {
    this.#leased.abort();
    this.#end.resolve(this.#halt);
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
      noteMessage: (message, former = message) =>
        this.#successor === undefined
          ? this.#haveMessages([...this.#messagesBut(former, message), message])
          : this.#successor.noteMessage(message, former),
      forgetMessage: (message) =>
        this.#successor === undefined
          ? this.#haveMessages(this.#messagesBut(message))
          : this.#successor.forgetMessage(message),
      messages: () => this.#successor?.messages() ?? this.#messages,
    };
  }

  #messagesBut(...left: readonly HaltMessage[]): readonly HaltMessage[] {
    return this.#messages.filter((known) => !left.some((one) => isSameMessage(one, known)));
  }

  #haveMessages(messages: readonly HaltMessage[]): void {
    this.#messages = messages;
    for (const keeper of this.#keepers) keeper(this.#halt);
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
