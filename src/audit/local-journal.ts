import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { AuditEvent } from '../domain/audit-event.js';
import { auditEventSchema } from '../domain/audit-event.js';
import { errnoOf } from '../machine/errno.js';
import { giveToOwnerOf, makeOwnFolder } from '../machine/own-as.js';
import { syncFolder } from '../machine/sync-folder.js';

interface PendingEvents {
  readonly file: string;
  readonly events: readonly AuditEvent[];
  /** Lines that are no event: half written, or of another version. */
  readonly unread: number;
  /** Bytes that were read. */
  readonly size: number;
}

interface LocalJournalOptions {
  /** DATA_DIR */
  readonly dataDir: string;
  /** Of this process, see `identifyProcess`. */
  readonly owner: string;
  /** Whether a process that wrote here still runs. */
  readonly isAlive: (owner: string) => boolean | Promise<boolean>;
  /** A file that could not be read or taken away, told once: its events wait. */
  readonly onFault?: (error: unknown, file: string) => void;
}

const NAME = /^(\d+)(?:\.(\d*))?(?:\.([\da-f]+))?-[\da-f-]+\.jsonl$/;

interface OwnFile {
  readonly file: string;
  readonly handle: FileHandle;
}

/**
 * Events on this machine's disk, synced, until the database has them: JSON lines under DATA_DIR/journal, one file a
 * process, so that two processes never write into one file.
 */
export class LocalJournal {
  readonly #o: LocalJournalOptions;
  readonly #folder: string;
  /** Files of this journal that nothing is written into any more. */
  readonly #left = new Set<string>();
  readonly #told = new Set<string>();
  #own: OwnFile | undefined;
  // One after the other: a file must not be taken away under an append.
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: LocalJournalOptions) {
    this.#o = options;
    this.#folder = join(options.dataDir, 'journal');
  }

  /** Resolves when the event is synced to disk. @throws the file system's error. */
  append(event: AuditEvent): Promise<void> {
    return this.#inTurn(() => this.#append(event));
  }

  /** What waits, of every process of this machine: each file's events in their order, files by their first event. */
  pending(): Promise<readonly PendingEvents[]> {
    return this.#inTurn(() => this.#readAll());
  }

  /**
   * Takes a file away whose every byte was read, unless its process may still write into it. One that holds what is
   * no event is set aside beside the others, as `NAME.unread`.
   */
  discard(pending: PendingEvents): Promise<void> {
    return this.#inTurn(() =>
      this.#discard(pending).catch((error: unknown) => {
        if (!isGone(error)) this.#tell(error, pending.file);
      }),
    );
  }

  /** Lets go of the file; a later append begins another one. */
  close(): Promise<void> {
    return this.#inTurn(() => this.#leaveOwn());
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#turn.then(work, work);
    this.#turn = next.catch(() => undefined);
    return next;
  }

  #tell(error: unknown, file: string): void {
    if (this.#told.has(file)) return;
    this.#told.add(file);
    this.#o.onFault?.(error, file);
  }

  async #append(event: AuditEvent): Promise<void> {
    this.#own ??= await this.#openOwn();
    const { handle } = this.#own;
    try {
      await handle.writeFile(`${JSON.stringify(event)}\n`);
      await handle.datasync();
    } catch (error) {
      // Half a line may stand there: whatever came behind it would be part of it.
      await this.#leaveOwn().catch(() => undefined);
      throw error;
    }
  }

  async #openOwn(): Promise<OwnFile> {
    await makeOwnFolder(this.#folder);
    const file = join(this.#folder, `${this.#o.owner.replaceAll(':', '.')}-${randomUUID()}.jsonl`);
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND;
    const handle = await open(file, flags, 0o600);
    await giveToOwnerOf(this.#folder, handle);
    await syncFolder(this.#folder);
    return { file, handle };
  }

  async #leaveOwn(): Promise<void> {
    const present = this.#own;
    this.#own = undefined;
    if (present === undefined) return;
    this.#left.add(present.file);
    await present.handle.close();
  }

  async #readAll(): Promise<readonly PendingEvents[]> {
    const names = await readdir(this.#folder).catch((error: unknown) => {
      if (!isGone(error)) this.#tell(error, this.#folder);
      return [];
    });
    const files = names.filter((name) => NAME.test(name)).map((name) => join(this.#folder, name));
    const read = await Promise.all(
      files.map((file) =>
        readEvents(file).catch((error: unknown) => {
          if (!isGone(error)) this.#tell(error, file);
          return [];
        }),
      ),
    );
    return read.flat().sort((a, b) => ((a.events[0]?.at ?? '') < (b.events[0]?.at ?? '') ? -1 : 1));
  }

  async #discard({ file, size, unread }: PendingEvents): Promise<void> {
    const isOwn = this.#own?.file === file;
    if (!isOwn && !this.#left.has(file) && (await this.#o.isAlive(ownerOf(file)))) return;
    if ((await stat(file)).size !== size) return;
    if (isOwn) await this.#leaveOwn();
    if (unread === 0) await rm(file, { force: true });
    else {
      await rename(file, `${file}.unread`);
      this.#tell(new Error(`${unread} lines are no event`), `${file}.unread`);
    }
    this.#left.delete(file);
  }
}

function ownerOf(file: string): string {
  const [, pid = '0', tick = '', place] = NAME.exec(basename(file)) ?? [];
  return [pid, tick, place ?? []].flat().join(':');
}

/** @throws the file system's error: what cannot be read is not empty. */
async function readEvents(file: string): Promise<PendingEvents> {
  const bytes = await readFile(file);
  const lines = bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  const events = lines.flatMap((line) => {
    const parsed = auditEventSchema.safeParse(parseJson(line));
    return parsed.success ? [parsed.data] : [];
  });
  return { file, events, unread: lines.length - events.length, size: bytes.length };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Another process was faster. */
const isGone = (error: unknown): boolean => errnoOf(error) === 'ENOENT';
