import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { type FileHandle, link, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '../../machine/errno.js';
import { syncFolder } from '../../machine/sync-folder.js';

/** Whose a new file is, and who may use it. */
interface Ownership {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/**
 * The ownership that a file at `path` must have after it was replaced: the present file's, or (a new file) its
 * folder's owner with `newFileMode`.
 */
export async function ownershipFor(
  path: string,
  present: Stats | undefined,
  mode: number | undefined,
  newFileMode: number,
): Promise<Ownership> {
  const { uid, gid } = present ?? (await stat(dirname(path)));
  return { uid, gid, mode: mode ?? (present === undefined ? newFileMode : present.mode & 0o7777) };
}

export async function statIfPresent(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/**
 * Writes a file beside `path`, with its final owner and mode, synced to disk; `place` then moves it away. The
 * file is removed when anything fails. What does not depend on each other goes on at once: a halt waits for it.
 */
export async function writeBeside(
  path: string,
  ownership: Ownership,
  signal: AbortSignal,
  write: (handle: FileHandle, temporary: string) => Promise<void>,
  place: (temporary: string) => Promise<void>,
): Promise<void> {
  // Without the file's own name, which may be as long as a name can be.
  const temporary = join(dirname(path), `.lobml-${randomUUID()}`);
  try {
    // Nobody else may read it before it has its owner: an environment file holds secrets.
    const handle = await open(temporary, 'wx', 0o600);
    try {
      // The set-id bits last: chown and writing take them away.
      await Promise.all([write(handle, temporary), takeOver(handle, ownership)]);
      await handle.chmod(ownership.mode);
      await handle.sync();
    } finally {
      // Nobody waits for it: what is synced is written.
      handle.close().catch(() => undefined);
    }
    signal.throwIfAborted();
    await place(temporary);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

async function takeOver(handle: FileHandle, { uid, gid }: Ownership): Promise<void> {
  const own = await handle.stat();
  if (own.uid !== uid || own.gid !== gid) await handle.chown(uid, gid);
}

/** Replaces in one step: a reader sees the old file or the new one. `mayReplace` throws where it must not happen. */
export async function replaceAtomically(
  path: string,
  bytes: Uint8Array,
  ownership: Ownership,
  signal: AbortSignal,
  mayReplace: () => Promise<void>,
): Promise<void> {
  await writeBeside(
    path,
    ownership,
    signal,
    (handle) => handle.writeFile(bytes),
    async (temporary) => {
      await mayReplace();
      await rename(temporary, path);
    },
  );
}

/** Writes a backup unless there is one: a step that runs again must not overwrite it with the changed file. */
export async function backUpOnce(
  backupPath: string,
  bytes: Uint8Array,
  ownership: Ownership,
  signal: AbortSignal,
): Promise<void> {
  if ((await statIfPresent(backupPath)) !== undefined) return;
  await writeBeside(
    backupPath,
    ownership,
    signal,
    (handle) => handle.writeFile(bytes),
    async (temporary) => {
      try {
        await link(temporary, backupPath);
      } catch (error) {
        if (errnoOf(error) !== 'EEXIST') throw error;
      }
      await rm(temporary, { force: true });
    },
  );
}
