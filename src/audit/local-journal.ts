import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { AuditEvent } from '../domain/audit-event.js';
import { auditEventSchema } from '../domain/audit-event.js';

/**
 * Events on this machine's disk, synced, until the database has them: JSON lines under DATA_DIR/journal, one file a
 * process, so that two processes never write into one file.
 */
export interface LocalJournal {
  /** Resolves when the event is synced to disk. @throws the file system's error. */
  append(event: AuditEvent): Promise<void>;
  /** What waits, of every process of this machine: each file's events in their order, files by their first event. */
  pending(): Promise<readonly PendingEvents[]>;
  /**
   * Takes a file away whose every byte was read, unless its process may still write into it. One that holds what is
   * no event is set aside beside the others, as `NAME.unread`.
   */
  discard(pending: PendingEvents): Promise<void>;
  /** Lets go of the file; a later append begins another one. */
  close(): Promise<void>;
}

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
  /** Whether a process of this machine still runs. */
  readonly isAlive: (owner: string) => boolean;
  /** A file that could not be read or taken away, told once: its events wait. */
  readonly onFault?: (error: unknown, file: string) => void;
}

const NAME = /^(\d+)(?:\.(\d*))?-[\da-f-]+\.jsonl$/;

interface OwnFile {
  readonly file: string;
  readonly handle: FileHandle;
}

export function createLocalJournal(options: LocalJournalOptions): LocalJournal {
  const { dataDir, owner, isAlive } = options;
  const folder = join(dataDir, 'journal');
  let own: OwnFile | undefined;
  /** Files of this journal that nothing is written into any more. */
  const left = new Set<string>();
  const told = new Set<string>();
  const tell = (error: unknown, file: string) => {
    if (told.has(file)) return;
    told.add(file);
    options.onFault?.(error, file);
  };
  // One after the other: a file must not be taken away under an append.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work, work);
    turn = next.catch(() => undefined);
    return next;
  };

  async function openOwn(): Promise<OwnFile> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, `${owner.replace(':', '.')}-${randomUUID()}.jsonl`);
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND;
    const handle = await open(file, flags, 0o600);
    await syncFolder(folder);
    return { file, handle };
  }

  async function leaveOwn(): Promise<void> {
    const present = own;
    own = undefined;
    if (present === undefined) return;
    left.add(present.file);
    await present.handle.close();
  }

  async function appendNow(event: AuditEvent): Promise<void> {
    own ??= await openOwn();
    try {
      await own.handle.writeFile(`${JSON.stringify(event)}\n`);
      await own.handle.datasync();
    } catch (error) {
      // Half a line may stand there: whatever came behind it would be part of it.
      await leaveOwn().catch(() => undefined);
      throw error;
    }
  }

  async function readAll(): Promise<readonly PendingEvents[]> {
    const names = await readdir(folder).catch((error: unknown) => {
      if (!isGone(error)) tell(error, folder);
      return [];
    });
    const files = names.filter((name) => NAME.test(name)).map((name) => join(folder, name));
    const read = await Promise.all(
      files.map((file) =>
        readEvents(file).catch((error: unknown) => {
          if (!isGone(error)) tell(error, file);
          return [];
        }),
      ),
    );
    return read.flat().sort((a, b) => ((a.events[0]?.at ?? '') < (b.events[0]?.at ?? '') ? -1 : 1));
  }

  async function discardNow({ file, size, unread }: PendingEvents): Promise<void> {
    const isOwn = own?.file === file;
    if (!isOwn && !left.has(file) && isAlive(ownerOf(file))) return;
    if ((await stat(file)).size !== size) return;
    if (isOwn) await leaveOwn();
    if (unread === 0) await rm(file, { force: true });
    else {
      await rename(file, `${file}.unread`);
      tell(new Error(`${unread} lines are no event`), `${file}.unread`);
    }
    left.delete(file);
  }

  return {
    append: (event) => inTurn(() => appendNow(event)),
    pending: () => inTurn(readAll),
    discard: (pending) =>
      inTurn(() =>
        discardNow(pending).catch((error: unknown) => {
          if (!isGone(error)) tell(error, pending.file);
        }),
      ),
    close: () => inTurn(leaveOwn),
  };
}

function ownerOf(file: string): string {
  const [, pid = '0', tick = ''] = NAME.exec(basename(file)) ?? [];
  return `${pid}:${tick}`;
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
const isGone = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
