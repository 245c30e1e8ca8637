import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { FolderWritten } from '../domain/evidence.js';
import { errnoOf } from '../machine/errno.js';

export interface FileToWrite {
  /** Within the folder, with `/`. */
  readonly path: string;
  readonly text: string;
}

const TAKEN: readonly (string | undefined)[] = ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'];

/** Writes a folder as a whole or not at all: aside, then renamed into its place. For the account's eyes alone. */
export async function writeFolder(folder: string, files: readonly FileToWrite[]): Promise<FolderWritten> {
  const place = resolve(folder);
  if (!(await isFree(place))) return { kind: 'not_empty', folder: place };
  const aside = join(dirname(place), `.${basename(place)}.${randomUUID()}`);
  try {
    await mkdir(aside, { mode: 0o700 });
    for (const file of files) await writeFile(join(aside, file.path), file.text);
    await rename(aside, place);
    return { kind: 'written', folder: place };
  } catch (error) {
    await rm(aside, { recursive: true, force: true }).catch(() => undefined);
    const code = errnoOf(error);
    if (TAKEN.includes(code)) return { kind: 'not_empty', folder: place };
    if (code === undefined) throw error;
    return { kind: 'unwritable', folder: place, because: code };
  }
}

/** It is missing, or an empty folder. What cannot be looked into is told by the write. */
async function isFree(place: string): Promise<boolean> {
  try {
    return (await readdir(place)).length === 0;
  } catch (error) {
    return errnoOf(error) !== 'ENOTDIR';
  }
}

async function writeFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
