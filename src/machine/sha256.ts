import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { streamPlainFile } from './plain-file.js';

/** In hex; a text in UTF-8. */
export const sha256Of = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/** In hex, of a file of this machine, read in pieces. @throws the platform's error; `ENXIO` where it is no plain file */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(await streamPlainFile(path), hash, { signal });
  return hash.digest('hex');
}
