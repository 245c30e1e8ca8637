import { access, constants, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { errnoOf } from '../machine/errno.js';

const FOLDERS = ['halts', 'journal'];

/** What of halts and their events this process may not read, or not take away: it cannot go on with them. Full paths. */
export async function unreadableFiles(dataDir: string): Promise<readonly string[]> {
  const found = await Promise.all(
    FOLDERS.map(async (name): Promise<readonly string[]> => {
      const folder = join(resolve(dataDir), name);
      const { R_OK, W_OK, X_OK } = constants;
      if (await isRefused(folder, R_OK | W_OK | X_OK)) return [folder];
      const names = await readdir(folder).catch(() => []);
      const files = names.filter((file) => !file.startsWith('.')).map((file) => join(folder, file));
      const refused = await Promise.all(files.map(async (file) => isRefused(file, R_OK)));
      return files.filter((_, index) => refused[index]);
    }),
  );
  return found.flat().toSorted();
}

async function isRefused(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return false;
  } catch (error) {
    return errnoOf(error) === 'EACCES' || errnoOf(error) === 'EPERM';
  }
}
