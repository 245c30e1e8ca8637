import { type Halt, isComplete } from '../domain/halt.js';
import type { HaltAllReportOptions, HaltOfAll } from '../domain/halt-report.js';
import type { MessageRef, Report } from '../domain/report.js';
import { commandsByHand } from './commands-by-hand.js';
import { LATE_AFTER_MS } from './halt-report.js';
import { type HaltMessage, type HaltRecord, isSameMessage } from './halt-schema.js';
import type { HaltHandle } from './live-halt.js';
import type { HaltLiveMessage, HaltTellerOptions } from './tell-halt.js';
import { AFTERWARDS_MS } from './terminal-halts.js';

export interface HaltAllTellerOptions
  extends Pick<
    HaltTellerOptions,
    'targets' | 'open' | 'find' | 'isRefused' | 'yieldToHalt' | 'clock' | 'logger'
  > {
  /** One message about several halts. */
  readonly viewAll: (halts: readonly HaltOfAll[], options: Omit<HaltAllReportOptions, 'locale'>) => Report;
  /** The newest state of a halt that does not go on here; undefined: nobody says. */
  readonly load: (haltId: string) => Promise<Halt | undefined>;
}

const LOOK_MS = 2_000;
/** Nobody waits longer for a halt that another process was to end. */
const TELL_FOR_MS = 15 * 60_000;
const RETRY_MS = 30_000;
const EVENT_TYPE = 'lobml_halt';

/**
 * Keeps the one message true that shows every target's halt at once. It is noted with each of them: whoever goes on with one
 * of them goes on with it, and what becomes of one of them later is shown in it.
 */
export class HaltAllTeller {
  readonly #o: HaltAllTellerOptions;
  readonly #groups = new Map<string, Group>();
  readonly #failedUntil = new Map<string, number>();

  constructor(options: HaltAllTellerOptions) {
    this.#o = options;
  }

  /** @returns whether the message stood in the end, or is still owed; false: the place refuses it, and it is nowhere noted */
  async show(handles: readonly HaltHandle[], channel: string): Promise<boolean> {
    const all = handles.map((handle) => handle.current().haltId);
    const message: HaltMessage = {
      ...{ role: 'report', channel, ts: null, all, key: `halt:${all[0] ?? ''}:all:${channel}` },
    };
    for (const handle of handles) handle.noteMessage(message);
    return this.#tell(new Group(message, handles));
  }

  /** Goes on with the message of a halt that another process has left. */
  resume(handle: HaltHandle, message: HaltMessage): void {
    const key = message.key ?? '';
    const until = this.#failedUntil.get(key) ?? Number.NEGATIVE_INFINITY;
    if (message.isFinal === true || this.#o.clock.monotonic() < until) return;
    const group = this.#groups.get(key);
    if (group === undefined) void this.#tell(new Group(message, [handle]));
    else group.add(handle);
  }

  /** What has become of one of the halts since. */
  async refresh({ halt }: HaltRecord, message: HaltMessage): Promise<void> {
    const { channel, ts, all = [] } = message;
    if (ts === null || this.#groups.has(message.key ?? '')) return;
    const others = await Promise.all(all.map((id) => (id === halt.haltId ? halt : this.#o.load(id))));
    await this.#o.open(channel, { channel, ts }).finish(
      this.#report(
        others.flatMap((one) => one ?? []),
        message,
      ),
    );
  }

  async #tell(group: Group): Promise<boolean> {
    const key = group.message.key ?? '';
    this.#groups.set(key, group);
    try {
      await this.#keep(group);
      return true;
    } catch (error) {
      const { channel, ts } = group.message;
      this.#o.logger.warn({ err: error, channel }, 'the message about every target is still owed');
      this.#failedUntil.set(key, this.#o.clock.monotonic() + RETRY_MS);
      if (ts !== null || !this.#o.isRefused(error)) return true;
      group.forget();
      return false;
    } finally {
      this.#groups.delete(key);
    }
  }

  async #keep(group: Group): Promise<void> {
    const { clock } = this.#o;
    await this.#o.yieldToHalt?.();
    const live = await this.#open(group);
    const until = clock.monotonic() + TELL_FOR_MS;
    let endedAt: number | undefined;
    for (;;) {
      await group.load(this.#o.load);
      const halts = group.halts();
      if (halts.every(({ endedAt: at }) => at !== null)) endedAt ??= clock.monotonic();
      const isOver = clock.monotonic() > (endedAt ?? Number.POSITIVE_INFINITY) + AFTERWARDS_MS;
      if (halts.every(isComplete) || isOver || clock.monotonic() > until) break;
      live.update(this.#report(halts, group.message));
      // Before it is posted a refusal ends it here.
      await Promise.race([live.settled(), group.changed(), clock.sleep(LOOK_MS)]);
      group.note(live.ref ?? {});
      await Promise.race([group.changed(), clock.sleep(LOOK_MS)]);
    }
    const now = new Date(clock.now()).toISOString();
    const told = { ...group.message, toldAt: group.message.toldAt ?? now };
    await live.finish(this.#report(group.halts(), told));
    group.note({ ...live.ref, toldAt: told.toldAt, isFinal: true });
  }

  async #open(group: Group): Promise<HaltLiveMessage> {
    const { channel, ts, key = '' } = group.message;
    if (ts !== null) return this.#o.open(channel, { channel, ts });
    const since = Math.min(...group.halts().map(({ requestedAt }) => Date.parse(requestedAt)));
    const found = group.isNew ? undefined : await this.#o.find(channel, key, since).catch(() => undefined);
    return this.#o.open(channel, found);
  }

  #report(halts: readonly Halt[], { key = '', toldAt, all = [] }: HaltMessage): Report {
    const ends = halts.map(({ endedAt }) => (endedAt === null ? Number.NaN : Date.parse(endedAt)));
    const isLate = toldAt !== undefined && Date.parse(toldAt) - Math.max(...ends) > LATE_AFTER_MS;
    const withCommands = halts.map((halt): HaltOfAll => {
      const target = this.#o.targets.get(halt.target);
      return { halt, commands: target === undefined ? new Map() : commandsByHand(target) };
    });
    const report = this.#o.viewAll(withCommands, { lateAt: isLate ? toldAt : undefined });
    const payload = { delivery_key: key, halt_id: all[0] ?? '' };
    return { ...report, metadata: { event_type: EVENT_TYPE, event_payload: payload } };
  }
}

/** The halts of one message: those that go on in this process, and the rest as it was last read. */
class Group {
  #message: HaltMessage;
  readonly #handles = new Map<string, HaltHandle>();
  readonly #read = new Map<string, Halt>();
  #waiting: (() => void)[] = [];
  readonly isNew: boolean;

  constructor(message: HaltMessage, handles: readonly HaltHandle[]) {
    this.#message = message;
    this.isNew = handles.length === message.all?.length;
    for (const handle of handles) this.add(handle);
  }

  get message(): HaltMessage {
    return this.#message;
  }

  add(handle: HaltHandle): void {
    const { haltId } = handle.current();
    if (this.#handles.has(haltId)) return;
    this.#handles.set(haltId, handle);
    handle.subscribe(() => {
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  halts(): readonly Halt[] {
    return (this.#message.all ?? []).flatMap(
      (id) => this.#handles.get(id)?.current() ?? this.#read.get(id) ?? [],
    );
  }

  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async load(read: HaltAllTellerOptions['load']): Promise<void> {
    const missing = (this.#message.all ?? []).filter((id) => !this.#handles.has(id));
    await Promise.all(
      missing.map(async (id) => {
        const halt = await read(id).catch(() => undefined);
        if (halt !== undefined) this.#read.set(id, halt);
      }),
    );
  }

  /** With each halt, so that its process keeps it, and no other one takes it meanwhile. */
  note(part: Partial<HaltMessage> & Partial<MessageRef>): void {
    this.#message = { ...this.#message, ...part };
    for (const handle of this.#handles.values()) handle.noteMessage(this.#message);
  }

  forget(): void {
    for (const handle of this.#handles.values())
      for (const known of handle.messages())
        if (isSameMessage(known, this.#message)) handle.forgetMessage(known);
  }
}
