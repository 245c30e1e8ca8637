import type { LiveMessage, MessageRef, Report } from '../conversation/subcommand.js';
import { gapsOf, type Halt } from '../domain/halt.js';
import type { Locale } from '../domain/localized.js';
import type { Target } from '../runbook/targets.js';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../time/clock.js';
import { type CommandsByHand, commandsByHand } from './commands-by-hand.js';
import type { HaltMessage, HaltRecord } from './halt-schema.js';
import type { HaltHandle } from './live-halt.js';

export interface HaltReportOptions {
  readonly locale: Locale;
  readonly commands: ReadonlyMap<string, CommandsByHand>;
  /** The operators as mentions, where they must be called. */
  readonly alarm?: string;
  /** RFC 3339: when the message told the end, where that was long after it. */
  readonly lateAt?: string | undefined;
}

/** A message that moves, of which it can be asked whether what was offered stands. */
export interface HaltLiveMessage extends LiveMessage {
  /** Resolves when everything offered so far stands. @throws what refused it, or kept it away for two minutes */
  settled(): Promise<void>;
}

export interface HaltTellerOptions {
  readonly targets: ReadonlyMap<string, Target>;
  readonly view: (halt: Halt, options: Omit<HaltReportOptions, 'locale'>) => Report;
  /** The operators, as mentions. */
  readonly operators: readonly string[];
  /** A message that moves, new or standing. Posts nothing by itself. */
  readonly open: (channel: string, ref?: MessageRef) => HaltLiveMessage;
  /** Looks for a message whose post may or may not have arrived. */
  readonly find: (channel: string, key: string, sinceMs: number) => Promise<MessageRef | undefined>;
  /** Waited for before anything is shown: whoever makes sentences takes the thread from the first acts. Not for long. */
  readonly yieldToHalt?: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

/** The post's own metadata, by which it is found again after a crash. */
const EVENT_TYPE = 'lobml_halt';
/** What tells the end of a halt later than that says so. */
const LATE_AFTER_MS = 60_000;
/** While this process tries, no other one takes the message. */
const RENEW_LEASE_MS = 3_000;
const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 60_000;

/**
 * Keeps the messages of halts true until their end stands. What Slack does not take in two minutes is left to
 * whichever replica finds it next, this one among them (`KillSwitch.resume`), for as long as it takes.
 */
export class HaltTeller {
  readonly #o: HaltTellerOptions;
  readonly #telling = new Map<string, Promise<HaltLiveMessage>>();
  readonly #failed = new Map<string, { readonly times: number; readonly nextAt: number }>();
  readonly #laterReleases = new Map<string, Halt['laterRelease']>();

  constructor(options: HaltTellerOptions) {
    this.#o = options;
  }

  /** Shows a halt in one message, from now until it has ended. */
  show(handle: HaltHandle, message: HaltMessage): Promise<HaltLiveMessage> {
    const key = deliveryKey(handle.current(), message);
    const known = this.#telling.get(key);
    if (known !== undefined) return known;
    const started = this.#open(handle, message);
    this.#telling.set(key, started);
    this.#keep(handle, message, started)
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

  /** Whether a message that is owed is to be tried now: nobody here does, and not right after it failed. */
  isDue(handle: HaltHandle, message: HaltMessage): boolean {
    const key = deliveryKey(handle.current(), message);
    const { nextAt } = this.#failed.get(key) ?? { nextAt: Number.NEGATIVE_INFINITY };
    return message.isFinal !== true && !this.#telling.has(key) && this.#o.clock.monotonic() >= nextAt;
  }

  /** Brings the messages of a halt that has ended up to date; those that do not stand yet follow. */
  refresh({ halt, messages }: HaltRecord): void {
    if (halt.laterRelease !== undefined) this.#laterReleases.set(halt.haltId, halt.laterRelease);
    for (const message of messages) if (message.ts !== null) void this.#change(halt, message);
  }

  async #keep(handle: HaltHandle, message: HaltMessage, started: Promise<HaltLiveMessage>): Promise<void> {
    const { clock } = this.#o;
    const live = await started;
    let noted = message;
    const note = (part: Partial<HaltMessage>) => {
      const next = { ...noted, ...live.ref, ...part };
      handle.noteMessage(next, noted);
      noted = next;
    };
    const now = () => new Date(clock.now()).toISOString();
    const stands = ({ endedAt }: Halt) => {
      const isTold = endedAt !== null && noted.toldAt === undefined;
      if (live.ref === undefined || (live.ref.ts === noted.ts && !isTold)) return;
      note(isTold ? { toldAt: now() } : {});
    };
    const unsubscribe = handle.subscribe((halt) => {
      live.update(this.#reportOf(halt, noted));
      live.settled().then(
        () => stands(halt),
        () => undefined,
      );
    });
    const ended = await handle.done;
    unsubscribe();
    const tried = { ...noted, toldAt: noted.toldAt ?? now() };
    const report = this.#reportOf(ended, tried);
    await this.#whileLeased(handle, () => noted, live.finish(report));
    const isLate = this.#lateAt(ended, tried) !== undefined;
    note({ isFinal: true, toldAt: isLate ? tried.toldAt : (noted.toldAt ?? now()) });
    // It may have become late, or history, on the way.
    const isSame = JSON.stringify(this.#reportOf(ended, noted)) === JSON.stringify(report);
    if (!isSame) await this.#change(ended, noted);
    if (ended.cancelAway) this.#tellOfCancelling(handle, noted);
  }

  async #whileLeased(handle: HaltHandle, noted: () => HaltMessage, telling: Promise<void>): Promise<void> {
    const over = new AbortController();
    const renew = async () => {
      for (;;) {
        await this.#o.clock.sleep(RENEW_LEASE_MS, over.signal).catch(() => undefined);
        if (over.signal.aborted) return;
        handle.noteMessage(noted());
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
        await this.#o.open(channel, { channel, ts }).finish(this.#reportOf(halt, message));
        return;
      } catch (error) {
        this.#o.logger.warn({ err: error, channel }, 'a message stays as it was');
        await this.#o.clock.sleep(waitMs);
      }
    }
  }

  async #open(handle: HaltHandle, message: HaltMessage): Promise<HaltLiveMessage> {
    const { open, find, yieldToHalt } = this.#o;
    const { channel, ts } = message;
    if (ts !== null) return open(channel, { channel, ts });
    const halt = handle.current();
    const isNew = !handle
      .messages()
      .some((known) => known.role === message.role && known.channel === channel);
    if (isNew) {
      // At once: whoever goes on with the halt of a killed process must know of it.
      handle.noteMessage(message);
      await yieldToHalt?.();
      return open(channel);
    }
    const key = deliveryKey(halt, message);
    const found = await find(channel, key, Date.parse(halt.requestedAt)).catch(() => undefined);
    return open(channel, found);
  }

  #reportOf(known: Halt, message: HaltMessage): Report {
    const { targets, operators, view } = this.#o;
    const halt = { ...known, laterRelease: known.laterRelease ?? this.#laterReleases.get(known.haltId) };
    const target = targets.get(halt.target);
    const commands = target === undefined ? new Map() : commandsByHand(target);
    const isOver = halt.laterRelease !== undefined;
    const isCalled =
      message.role === 'alarm' && !isOver && (halt.state === 'not_verified' || gapsOf(halt).length > 0);
    const report = view(halt, {
      commands,
      ...(isCalled ? { alarm: operators.join(' ') } : {}),
      lateAt: this.#lateAt(halt, message),
    });
    const payload = { delivery_key: deliveryKey(halt, message), halt_id: halt.haltId };
    return { ...report, metadata: { event_type: EVENT_TYPE, event_payload: payload } };
  }

  /** The moment when an end was told that had come long before. */
  #lateAt({ endedAt }: Halt, { toldAt, isFinal }: HaltMessage): string | undefined {
    // A message that an earlier version has finished does not say when.
    if (endedAt === null || (isFinal === true && toldAt === undefined)) return undefined;
    const at = toldAt ?? new Date(this.#o.clock.now()).toISOString();
    return Date.parse(at) - Date.parse(endedAt) > LATE_AFTER_MS ? at : undefined;
  }
}

const deliveryKey = ({ haltId }: Halt, { role, channel }: HaltMessage): string =>
  `halt:${haltId}:${role}:${channel}`;
