import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { giveToOwnerOf, makeOwnFolder } from './own-as.js';

/**
 * Writes a file of the bot's own that only its account may read, for its reader to rename into its place in one step.
 * The folder is made where it is missing. @returns its path. @throws the file system's error.
 */
export async function writeAside(
  folder: string,
  text: string,
  { synced }: { synced: boolean },
): Promise<string> {
  const path = join(folder, `.${randomUUID()}`);
  const handle = await create(folder, path);
  try {
    await Promise.all([handle.writeFile(text), giveToOwnerOf(folder, handle)]);
    if (synced) await handle.sync();
  } catch (error) {
    await rm(path, { force: true }).catch(() => undefined);
    throw error;
  } finally {
    // Nobody waits for it: an act of a halt waits for the rest.
    handle.close().catch(() => undefined);
  }
  return path;
}

/** In few steps: the folder is mostly there. */
async function create(folder: string, path: string): Promise<FileHandle> {
  const attempt = () => open(path, 'wx', 0o600);
  try {
    return await attempt();
  } catch {
    await makeOwnFolder(folder);
    return attempt();
  }
}
