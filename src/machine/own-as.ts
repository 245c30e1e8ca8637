import { constants, type Stats } from 'node:fs';
import { type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * What root makes in a folder of another account is given to that account: a halt that is typed as root must be finished by
 * the bot. By the open file, so that nobody can put another one in its place. Never rejects.
 */
export async function giveToOwnerOf(folder: string, handle: FileHandle): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const owner = await stat(folder).catch((): Stats | undefined => undefined);
  if (owner !== undefined && owner.uid !== 0) await handle.chown(owner.uid, owner.gid).catch(() => undefined);
}

/** Makes a folder, for its account alone, with those above it. Each belongs to whom the one above belongs. */
export async function makeOwnFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined || process.getuid?.() !== 0) return;
  const rest = folder.slice(first.length).split('/').filter(Boolean);
  const made = [first, ...rest.map((_, index) => join(first, ...rest.slice(0, index + 1)))];
  for (const path of made) {
    const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
    const handle = await open(path, flags).catch(() => undefined);
    if (handle === undefined) return;
    await giveToOwnerOf(dirname(path), handle);
    await handle.close();
  }
}
