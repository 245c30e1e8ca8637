import { constants, type ReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/**
 * Opens a file of this machine to read it. Never waits: the opening of a pipe would hold a thread of the process until
 * somebody writes into it, and there are four of them for all files.
 * @throws the platform's error; `ENXIO` also for a pipe, a folder and a device
 */
export async function openPlainFile(path: string): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw Object.assign(new Error(`${path} is not a file`), { code: 'ENXIO' });
}

/** Closes the file when it ends. @param end the last byte that is read. @throws as `openPlainFile` */
export const streamPlainFile = async (path: string, end?: number): Promise<ReadStream> =>
  (await openPlainFile(path)).createReadStream(end === undefined ? {} : { end });

/** @throws as `openPlainFile` */
export async function readPlainFile(path: string): Promise<Buffer> {
  const handle = await openPlainFile(path);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
