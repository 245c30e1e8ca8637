import type { LiveMessage } from '../conversation/subcommand.js';
import type { Halt } from '../domain/halt.js';
import type { MessageRef, Report } from '../domain/report.js';
import type { Logger } from '../telemetry/logger.js';
import { deliveryKey, HaltReporter, type HaltReporterOptions } from './halt-report.js';
import { type HaltMessage, type HaltRecord, isSameMessage } from './halt-schema.js';
import type { HaltHandle } from './live-halt.js';

/** A message that moves, of which it can be asked whether what was offered stands. */
export interface HaltLiveMessage extends LiveMessage {
  /** Resolves when everything offered so far stands. @throws what refused it, or kept it away for two minutes */
  settled(): Promise<void>;
}

/** A post that is only made for lack of another one: tried after it, and not once that stands. */
export interface Spare {
  isNeeded(): boolean;
  readonly lagMs: number;
}

export interface HaltTellerOptions extends HaltReporterOptions {
  /** A message that moves, new or standing. Posts nothing by itself. */
  readonly open: (channel: string, ref?: MessageRef, threadTs?: string, spare?: Spare) => HaltLiveMessage;
  /** Looks for a message whose post may or may not have arrived. */
  readonly find: (
    channel: string,
    key: string,
    sinceMs: number,
    threadTs?: string,
  ) => Promise<MessageRef | undefined>;
  /** Whether the same will be refused there again, and may be taken elsewhere. */
  readonly isRefused: (error: unknown) => boolean;
  /** Waited for before anything is shown: whoever makes sentences takes the thread from the first acts. Not for long. */
  readonly yieldToHalt?: () => Promise<void>;
  readonly logger: Pick<Logger, 'warn'>;
}

/** While this process tries, no other one takes the message. */
const RENEW_LEASE_MS = 3_000;
const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 60_000;
const SAME_MOMENT_MS = 15_000;

/**
 * Keeps the messages of halts true until their end stands. What Slack does not take in two minutes is left to
 * whichever replica finds it next, this one among them (`KillSwitch.resume`), for as long as it takes.
 */
export class HaltTeller {
  readonly #o: HaltTellerOptions;
  readonly #reporter: HaltReporter;
  readonly #telling = new Map<string, Promise<HaltLiveMessage>>();
  readonly #failed = new Map<string, { readonly times: number; readonly nextAt: number }>();
  /** Where a message has been refused, by halt and role. */
  readonly #refusedIn = new Map<string, readonly string[]>();

  constructor(options: HaltTellerOptions) {
    this.#o = options;
    this.#reporter = new HaltReporter(options);
  }

  /** Shows a halt in one message, from now until it has ended: where it is refused, in the next place that takes it. */
  show(handle: HaltHandle, asked: HaltMessage, wish: Wish = {}): Promise<HaltLiveMessage> {
    const key = deliveryKey(handle.current(), asked);
    const message = { ...asked, key };
    const known = this.#telling.get(key);
    if (known !== undefined) return known;
    const started = this.#open(handle, message, wish);
    this.#telling.set(key, started);
    this.#keepSomewhere(handle, message, started, wish)
      .then(
        () => this.#failed.delete(key),
        (error: unknown) => {
          const times = (this.#failed.get(key)?.times ?? 0) + 1;
          const waitMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(times, 20));
          this.#failed.set(key, { times, nextAt: this.#o.clock.monotonic() + waitMs });
          const { channel } = message;
          this.#o.logger.warn({ err: error, channel, times }, 'a message about a halt is still owed');
        },
      )
      .finally(() => this.#telling.delete(key));
    return started;
  }

  /** Goes on with a message whose post may have arrived; one that did not is owed to nobody. */
  async showIfPosted(handle: HaltHandle, message: HaltMessage): Promise<void> {
    if (!this.isDue(handle, message)) return;
    const { channel, thread } = message;
    const { requestedAt } = handle.current();
    const key = deliveryKey(handle.current(), message);
    const found = await this.#o.find(channel, key, Date.parse(requestedAt), thread).catch(() => undefined);
    if (found === undefined) handle.forgetMessage(message);
    else await this.show(handle, { ...message, ...found });
  }

  /** Whether a message that is owed is to be tried now: nobody here does, and not right after it failed. */
  isDue(handle: HaltHandle, message: HaltMessage): boolean {
    const key = deliveryKey(handle.current(), message);
    const { nextAt } = this.#failed.get(key) ?? { nextAt: Number.NEGATIVE_INFINITY };
    return message.isFinal !== true && !this.#telling.has(key) && this.#o.clock.monotonic() >= nextAt;
  }

  /** Brings the messages of a halt that has ended up to date; those that do not stand yet follow. */
  refresh({ halt, messages }: HaltRecord): void {
    this.#reporter.learn(halt);
    for (const message of messages)
      if (message.ts !== null && message.all === undefined) void this.#change(halt, message);
  }

  async #keepSomewhere(
    handle: HaltHandle,
    message: HaltMessage,
    started: Promise<HaltLiveMessage>,
    wish: Wish,
  ): Promise<void> {
    const keeping = { noted: message };
    try {
      await this.#keep(handle, keeping, await started);
      wish.whenTold?.();
    } catch (error) {
      const { noted } = keeping;
      if (wish.isCopy && noted.ts === null && this.#o.isRefused(error)) return handle.forgetMessage(noted);
      // An alarm that stood nowhere yet goes to the next channel by its own clock.
      const isCall = noted.role === 'alarm' && noted.ts === null;
      if (isCall || !this.#o.isRefused(error)) throw error;
      const channel = this.#nextPlace(handle.current(), noted);
      if (channel === undefined) {
        if (wish.direct !== undefined) void this.#answer(handle, noted, wish.direct);
        throw error;
      }
      const { key: _of, ...rest } = noted;
      const moved = { ...rest, channel, ts: null, key: deliveryKey(handle.current(), { ...rest, channel }) };
      handle.noteMessage(moved, noted);
      void this.show(handle, moved, wish);
    }
  }

  /** First where it was asked for; undefined: no place takes it now, and all of them are tried again later. */
  #nextPlace({ haltId, target, requestedBy }: Halt, { role, channel }: HaltMessage): string | undefined {
    const key = `${haltId}:${role}`;
    const refused = [...(this.#refusedIn.get(key) ?? []), channel];
    const { incidents, reports } = this.#o.targets.get(target)?.channels ?? {};
    const person = requestedBy.surface === 'slack' ? requestedBy.id : undefined;
    const next = [incidents, reports, person].find((one) => one !== undefined && !refused.includes(one));
    if (next === undefined) this.#refusedIn.delete(key);
    else this.#refusedIn.set(key, refused);
    return next;
  }

  async #answer(handle: HaltHandle, message: HaltMessage, direct: Answer): Promise<void> {
    const answer = (halt: Halt) => direct(this.#reporter.report(halt, message)).catch(() => undefined);
    if (handle.current().endedAt === null) await answer(handle.current());
    await answer(await handle.done);
  }

  /** @throws what refused it, or kept it away for too long */
  async #keep(handle: HaltHandle, keeping: { noted: HaltMessage }, live: HaltLiveMessage): Promise<void> {
    const note = (part: Partial<HaltMessage>) => {
      const next = { ...keeping.noted, ...live.ref, ...part };
      handle.noteMessage(next, keeping.noted);
      keeping.noted = next;
    };
    const now = () => new Date(this.#o.clock.now()).toISOString();
    const stands = ({ endedAt }: Halt) => {
      const { ts, toldAt } = keeping.noted;
      const isTold = endedAt !== null && toldAt === undefined;
      if (live.ref === undefined || (live.ref.ts === ts && !isTold)) return;
      note(isTold ? { toldAt: now() } : {});
    };
    const refused = new AbortController();
    let last: Report | undefined;
    // What reads the same is the same: nothing is sent again.
    const reportOf = (halt: Halt, message: HaltMessage): Report => {
      const next = this.#reporter.report(halt, message);
      last = last !== undefined && JSON.stringify(last) === JSON.stringify(next) ? last : next;
      return last;
    };
    const unsubscribe = handle.subscribe((halt) => {
      live.update(reportOf(halt, keeping.noted));
      live.settled().then(
        () => stands(halt),
        (error: unknown) => {
          if (live.ref === undefined && this.#o.isRefused(error)) refused.abort(error);
        },
      );
    });
    const ended = await unlessAborted(handle.done, refused.signal).finally(unsubscribe);
    const tried = { ...keeping.noted, toldAt: keeping.noted.toldAt ?? now() };
    const report = reportOf(ended, tried);
    await this.#whileLeased(handle, keeping, live.finish(report));
    const isLate = this.#reporter.lateAt(ended, tried) !== undefined;
    const told = keeping.noted.toldAt ?? now();
    // What Slack has kept waiting stands with the moment in which it was taken.
    const isSame = Date.parse(told) - Date.parse(tried.toldAt) < SAME_MOMENT_MS;
    note({ isFinal: true, toldAt: isLate && isSame ? tried.toldAt : told });
    // It may have become late, or history, on the way.
    if (reportOf(ended, keeping.noted) !== report) await this.#change(ended, keeping.noted);
    if (ended.cancelAway) this.#tellOfCancelling(handle, keeping.noted);
  }

  async #whileLeased(
    handle: HaltHandle,
    keeping: { readonly noted: HaltMessage },
    telling: Promise<void>,
  ): Promise<void> {
    const over = new AbortController();
    const renew = async () => {
      for (;;) {
        await this.#o.clock.sleep(RENEW_LEASE_MS, over.signal).catch(() => undefined);
        if (over.signal.aborted) return;
        handle.noteMessage(keeping.noted);
      }
    };
    void renew();
    await telling.finally(() => over.abort());
  }

  #tellOfCancelling(handle: HaltHandle, message: HaltMessage): void {
    const forget = handle.subscribe((halt) => {
      if (halt.cancelAway) return;
      queueMicrotask(() => forget());
      void this.#change(halt, message);
    });
  }

  /** A message that has told the end already. */
  async #change(halt: Halt, message: HaltMessage): Promise<void> {
    const { channel, ts } = message;
    if (ts === null) return;
    for (let waitMs = FIRST_RETRY_MS; waitMs <= 2 * MAX_RETRY_MS; waitMs *= 2) {
      try {
        await this.#o.open(channel, { channel, ts }).finish(this.#reporter.report(halt, message));
        return;
      } catch (error) {
        this.#o.logger.warn({ err: error, channel }, 'a message stays as it was');
        await this.#o.clock.sleep(waitMs);
      }
    }
  }

  async #open(handle: HaltHandle, message: HaltMessage, { spare }: Wish): Promise<HaltLiveMessage> {
    const { open, find, yieldToHalt } = this.#o;
    const { channel, ts, thread } = message;
    if (ts !== null) return open(channel, { channel, ts });
    const halt = handle.current();
    const isNew = !handle.messages().some((known) => isSameMessage(known, message));
    if (isNew) {
      // At once: whoever goes on with the halt of a killed process must know of it.
      handle.noteMessage(message);
      await yieldToHalt?.();
      return open(channel, undefined, thread, spare);
    }
    const key = deliveryKey(halt, message);
    const found = await find(channel, key, Date.parse(halt.requestedAt), thread).catch(() => undefined);
    return open(channel, found, thread, spare);
  }
}

type Answer = (report: Report) => Promise<void>;

interface Wish {
  /** Answers who asked for the halt, where no place takes the message. */
  readonly direct?: Answer | undefined;
  /** The end stands. */
  readonly whenTold?: (() => void) | undefined;
  readonly spare?: Spare;
  /** It stands elsewhere already: where it is refused, nobody misses it. */
  readonly isCopy?: boolean;
}

/** @throws the reason, where the signal aborts first */
function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    void answer.then(resolve, reject);
  });
}
