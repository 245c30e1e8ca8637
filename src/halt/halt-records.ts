import type { Logger } from '../telemetry/logger.js';
import { type Clock, withTimeout } from '../time/clock.js';
import type { HaltStore } from './halt-queries.js';
import type { HaltRecord } from './halt-schema.js';
import type { OpenHaltFiles } from './open-halt-file.js';

interface HaltRecordsOptions {
  readonly files: OpenHaltFiles;
  readonly store: HaltStore | undefined;
  /** Names this process among the replicas. */
  readonly owner: string;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/** What is noted before an act: a disk that hangs may not hold up a halt for longer. */
const NOTE_TIMEOUT_MS = 300;

/** Writes the states of halts to this machine and the database, as far as either takes them. */
export class HaltRecords {
  readonly #o: HaltRecordsOptions;
  readonly #saving = new Map<string, Promise<void>>();
  readonly #noting = new Map<string, Promise<unknown>>();
  readonly #unsaved = new Map<string, HaltRecord>();
  readonly #newest = new Map<string, HaltRecord>();

  constructor(options: HaltRecordsOptions) {
    this.#o = options;
  }

  /** On this machine's disk, unsynced, beside whatever waits for the database. Never rejects. */
  async note(record: HaltRecord): Promise<void> {
    const { files, clock, logger } = this.#o;
    const { haltId } = record.halt;
    const noted = files.save(record, { synced: false }).catch((error: unknown) => {
      logger.error({ err: error, haltId }, 'a halt could not be written down; it goes on');
    });
    await withTimeout(clock, NOTE_TIMEOUT_MS, noted);
  }

  /** One after the other, the newest state only; an ended halt leaves the disk once the database has it. */
  async write(record: HaltRecord): Promise<void> {
    const { haltId } = record.halt;
    this.#newest.set(haltId, record);
    this.#unsaved.set(haltId, record);
    if (this.#saving.has(haltId)) return;
    const saving = this.#writeAll(haltId).finally(() => this.#saving.delete(haltId));
    this.#saving.set(haltId, saving);
    await saving;
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

  /** Resolves when nothing of the halt is being written any more. */
  async settledOf(haltId: string): Promise<void> {
    await Promise.all([this.#saving.get(haltId), this.#noting.get(haltId)]);
  }

  async settled(): Promise<void> {
    await Promise.all(this.#saving.values());
  }

  async #writeAll(haltId: string): Promise<void> {
    const { files, store, owner, logger } = this.#o;
    for (let next = this.#unsaved.get(haltId); next !== undefined; next = this.#unsaved.get(haltId)) {
      this.#unsaved.delete(haltId);
      const record = next;
      try {
        await files.save(record, { synced: true });
      } catch (error) {
        logger.error({ err: error, haltId }, 'the state of a halt could not be written to this machine');
      }
      if (store === undefined) continue;
      try {
        await store.save(record, owner);
        if (record.halt.endedAt === null || record.halt.cancelAway) continue;
        await this.#noting.get(haltId);
        if (!this.#unsaved.has(haltId)) await files.remove(haltId);
      } catch {
        logger.warn({ haltId }, 'the state of a halt could not be written to the database; it is on disk');
      }
    }
  }
}
