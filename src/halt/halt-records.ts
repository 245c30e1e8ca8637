import type { AuditEvent } from '../domain/audit-event.js';
import { haltEvents, requestedEvent } from '../domain/halt-events.js';
import type { Logger } from '../telemetry/logger.js';
import { type Clock, withTimeout } from '../time/clock.js';
import { type HaltRecord, isTold } from './halt-schema.js';
import type { HaltStore } from './halt-store.js';
import type { LiveHalt } from './live-halt.js';
import type { OpenHaltFiles } from './open-halt-file.js';
import type { ToldFiles } from './told-files.js';

export interface HaltRecordsOptions {
  readonly files: OpenHaltFiles;
  /** What is noted of the halts of other processes that share this machine's folder. */
  readonly told?: ToldFiles | undefined;
  readonly store: HaltStore | undefined;
  /** Resolves when the event is synced on this machine. */
  readonly journal: (event: AuditEvent) => Promise<void>;
  readonly newId: () => string;
  /** Names this process among the replicas. */
  readonly owner: string;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/** What is noted before an act: a disk that hangs may not hold up a halt for longer. */
const NOTE_TIMEOUT_MS = 300;
/** How long the journal and the synced states wait for the files of the hosts. */
const FIRST_WRITES_MS = 500;
const RENEW_LEASE_MS = 3_000;
const READ_TIMEOUT_MS = 3_000;

/** Writes the states and events of halts to this machine and the database, as far as either takes them. */
export class HaltRecords {
  readonly #o: HaltRecordsOptions;
  /** Apart, because a database may swallow what it is sent: what has ended must stand on the disk all the same. */
  readonly #disk = new NewestOf((record) => this.#toDisk(record));
  readonly #database = new NewestOf((record) => this.#toDatabase(record));
  readonly #followed = new NewestOf((record) => this.#toFollowed(record));
  readonly #noting = new Map<string, Promise<unknown>>();
  readonly #newest = new Map<string, HaltRecord>();

  constructor(options: HaltRecordsOptions) {
    this.#o = options;
  }

  /** A halt that begins here, or goes on. Resolves when a crash of this process loses nothing of it; never rejects. */
  async begin(live: LiveHalt): Promise<void> {
    const { clock } = this.#o;
    const { leased } = live.signals;
    void this.#renewLease(live);
    const late = clock.sleep(FIRST_WRITES_MS, leased).catch(() => undefined);
    void late.then(() => live.haveWritten());
    const noted = this.#note(live.record);
    const requested = requestedEvent(live.halt);
    void live.firstWrites.then(() => this.event(requested));
    this.keep(live);
    this.#writeDown(live);
    await noted;
  }

  /** It has become another process's: what shows it here already is noted there. */
  showElsewhere(live: LiveHalt): void {
    if (live.record.messages.length > 0) this.#noteFollowed(live);
  }

  /** What another process carries out, and this one shows: what is noted of its messages. */
  follow(live: LiveHalt): void {
    live.haveWritten();
    live.keptBy(() => this.#noteFollowed(live));
  }

  /** The newest state of a halt that another process writes; undefined: nobody says. */
  async read(haltId: string): Promise<HaltRecord | undefined> {
    const { files, store, clock } = this.#o;
    const stored = store?.get(haltId).catch(() => undefined) ?? Promise.resolve(undefined);
    const [known, onDisk] = await Promise.all([
      withTimeout(clock, READ_TIMEOUT_MS, stored),
      withTimeout(clock, READ_TIMEOUT_MS, files.list()),
    ]);
    const here = onDisk?.find(({ halt }) => halt.haltId === haltId);
    return known !== undefined && (here === undefined || known.halt.endedAt !== null) ? known : here;
  }

  /** Each change from now on. */
  keep(live: LiveHalt): void {
    live.keptBy((before) => {
      this.#writeDown(live);
      const events = haltEvents(before, live.halt, new Date(this.#o.clock.now()).toISOString());
      void live.firstWrites.then(() => {
        for (const event of events) this.event(event);
      });
    });
  }

  event(event: Omit<AuditEvent, 'eventId'>): void {
    this.#o.journal({ ...event, eventId: this.#o.newId() }).catch((error: unknown) => {
      this.#o.logger.error(
        { err: error, kind: event.kind },
        'an event could not be written to the local journal',
      );
    });
  }

  /** One after the other, the newest state only; an ended halt leaves the disk once the database has it and it is told. */
  async write(record: HaltRecord): Promise<void> {
    this.#newest.set(record.halt.haltId, record);
    const onDisk = this.#disk.offer(record);
    const stored = this.#database.offer(record);
    await Promise.all([onDisk, stored]);
  }

  /** A note of the halt may be put on this machine's disk until `over`: it leaves the disk no sooner. */
  notesUntil(haltId: string, over: Promise<unknown>): void {
    const both = Promise.allSettled([this.#noting.get(haltId), over]).finally(() => {
      if (this.#noting.get(haltId) === both) this.#noting.delete(haltId);
    });
    this.#noting.set(haltId, both);
  }

  /** The newest that this process has written of a halt; undefined: it is none of its own. */
  newest(haltId: string): HaltRecord | undefined {
    return this.#newest.get(haltId);
  }

  /** Takes a halt off this machine's disk that another replica has, when nothing of it is being written any more. */
  async remove(haltId: string): Promise<void> {
    await Promise.all([this.#disk.settled(haltId), this.#database.settled(haltId), this.#noting.get(haltId)]);
    await this.#o.files.remove(haltId);
  }

  async settled(): Promise<void> {
    // What was noted in this turn is offered in the next.
    await null;
    await Promise.all([this.#disk.settled(), this.#database.settled(), this.#followed.settled()]);
  }

  /** So that no other replica takes the halt over while nothing changes. */
  async #renewLease(live: LiveHalt): Promise<void> {
    const { leased } = live.signals;
    for (;;) {
      await this.#o.clock.sleep(RENEW_LEASE_MS, leased).catch(() => undefined);
      if (leased.aborted) return;
      this.#writeDown(live);
    }
  }

  /** On this machine's disk, unsynced, beside whatever waits for the database. */
  async #note(record: HaltRecord): Promise<void> {
    const { files, clock, logger } = this.#o;
    const noted = files.save(record, { synced: false }).catch((error: unknown) => {
      const { haltId } = record.halt;
      logger.error({ err: error, haltId }, 'a halt could not be written down; it goes on');
    });
    await withTimeout(clock, NOTE_TIMEOUT_MS, noted);
  }

  /**
   * On this machine's disk, synced, and in the database. A crash loses nothing meanwhile: the state is noted before the
   * first act. But what is synced takes the disk from the flag: it waits until that is written, and not for long.
   */
  #writeDown(live: LiveHalt): void {
    void live.firstWrites.then(() => {
      // Left meanwhile, it stands there as ended: written as open again, a later start would go on with it.
      if (!live.isElsewhere) void this.write(live.record);
      else this.#noteFollowed(live);
    });
  }

  /** Another process writes its state: what shows it here is noted beside that. */
  #noteFollowed({ halt, record, isReplaced }: LiveHalt): void {
    if (isReplaced) return;
    const messages = record.messages.map((message) => ({ ...message, follower: this.#o.owner }));
    void this.#followed.offer({ halt, messages });
  }

  async #toDisk(record: HaltRecord): Promise<void> {
    const { files, logger } = this.#o;
    const { haltId } = record.halt;
    await files.save(record, { synced: true }).catch((error: unknown) => {
      logger.error({ err: error, haltId }, 'the state of a halt could not be written to this machine');
    });
  }

  async #toFollowed({ halt, messages }: HaltRecord): Promise<void> {
    const { store, told, logger } = this.#o;
    const { haltId } = halt;
    const noted = [store?.noteFollowers(haltId, messages), told?.note(haltId, messages)];
    await Promise.all(noted).catch((error: unknown) =>
      logger.warn({ err: error, haltId }, 'a message about a halt of another process could not be noted'),
    );
  }

  async #toDatabase(record: HaltRecord): Promise<void> {
    const { files, store, owner, logger } = this.#o;
    const { haltId, endedAt, cancelAway } = record.halt;
    if (store === undefined) return;
    try {
      await store.save(record, owner);
      if (endedAt === null || cancelAway || !isTold(record)) return;
      await Promise.all([this.#disk.settled(haltId), this.#noting.get(haltId)]);
      if (this.#newest.get(haltId) === record) await files.remove(haltId);
    } catch {
      logger.warn({ haltId }, 'the state of a halt could not be written to the database; it is on disk');
    }
  }
}

/** Writes one after the other for each halt, and of those that wait the newest alone. */
class NewestOf {
  readonly #write: (record: HaltRecord) => Promise<void>;
  readonly #waiting = new Map<string, HaltRecord>();
  readonly #writing = new Map<string, Promise<void>>();

  /** @param write never rejects */
  constructor(write: (record: HaltRecord) => Promise<void>) {
    this.#write = write;
  }

  /** Resolves when nothing of the halt waits any more, where this call began to write. */
  async offer(record: HaltRecord): Promise<void> {
    const { haltId } = record.halt;
    this.#waiting.set(haltId, record);
    if (this.#writing.has(haltId)) return;
    const writing = this.#all(haltId);
    this.#writing.set(haltId, writing);
    await writing;
  }

  /** @param haltId that of every halt unless given */
  async settled(haltId?: string): Promise<void> {
    await (haltId === undefined ? Promise.all(this.#writing.values()) : this.#writing.get(haltId));
  }

  async #all(haltId: string): Promise<void> {
    for (let next = this.#waiting.get(haltId); next !== undefined; next = this.#waiting.get(haltId)) {
      this.#waiting.delete(haltId);
      await this.#write(next);
    }
    // In the same turn as the last look: what is offered from now on begins anew.
    this.#writing.delete(haltId);
  }
}
