import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditEvent } from '../domain/audit-event.js';
import { auditEventSchema } from './event-schema.js';

/**
 * Events on this machine's disk, synced, until the database has them: JSON lines under DATA_DIR/journal, one file a
 * process, so that two processes never write into one file.
 */
export interface LocalJournal {
  /** Resolves when the event is synced to disk. @throws the file system's error. */
  append(event: AuditEvent): Promise<void>;
  /** What waits, of every process of this machine: each file's events in their order, files by their first event. */
  pending(): Promise<readonly PendingEvents[]>;
  /** Takes a file away that was read whole, unless more was appended to it since. */
  discard(pending: PendingEvents): Promise<void>;
  /** Lets go of the file; a later append begins another one. */
  close(): Promise<void>;
}

export interface PendingEvents {
  readonly file: string;
  readonly events: readonly AuditEvent[];
  /** Bytes that were read, to the end of the last whole line. */
  readonly size: number;
}

export interface LocalJournalOptions {
  /** DATA_DIR */
  readonly dataDir: string;
  readonly pid: number;
  /** Whether a process of this machine still runs. */
  readonly isAlive: (pid: number) => boolean;
}

const NAME = /^(\d+)-[\da-f-]+\.jsonl$/;

export function createLocalJournal({ dataDir, pid, isAlive }: LocalJournalOptions): LocalJournal {
  const folder = join(dataDir, 'journal');
  let own: { readonly file: string; readonly handle: FileHandle } | undefined;
  // One after the other: a file must not be taken away under an append.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work, work);
    turn = next.catch(() => undefined);
    return next;
  };

  async function openOwn() {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, `${pid}-${randomUUID()}.jsonl`);
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND;
    const handle = await open(file, flags, 0o600);
    await syncFolder(folder);
    return { file, handle };
  }

  async function discardNow({ file, size }: PendingEvents): Promise<void> {
    if (own?.file === file) {
      if ((await own.handle.stat()).size !== size) return;
      const { handle } = own;
      own = undefined;
      await handle.close();
    } else if (isAlive(ownerOf(file))) return;
    await rm(file, { force: true });
  }

  return {
    append: (event) =>
      inTurn(async () => {
        own ??= await openOwn();
        await own.handle.writeFile(`${JSON.stringify(event)}\n`);
        await own.handle.datasync();
      }),
    pending: () => inTurn(() => readPending(folder)),
    discard: (pending) => inTurn(() => discardNow(pending)),
    close: () =>
      inTurn(async () => {
        const present = own;
        own = undefined;
        await present?.handle.close();
      }),
  };
}

function ownerOf(file: string): number {
  return Number(NAME.exec(file.slice(file.lastIndexOf('/') + 1))?.[1] ?? 0);
}

async function readPending(folder: string): Promise<readonly PendingEvents[]> {
  const names = await readdir(folder).catch(() => []);
  const files = await Promise.all(
    names.filter((name) => NAME.test(name)).map((name) => readEvents(join(folder, name))),
  );
  return files.sort((a, b) => ((a.events[0]?.at ?? '') < (b.events[0]?.at ?? '') ? -1 : 1));
}

/** A last line without its end was cut off by a crash, or is being written: it is no event yet. */
async function readEvents(file: string): Promise<PendingEvents> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const events = whole.split('\n').flatMap((line) => {
    const parsed = auditEventSchema.safeParse(parseJson(line));
    return parsed.success ? [parsed.data] : [];
  });
  return { file, events, size: Buffer.byteLength(whole) };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
