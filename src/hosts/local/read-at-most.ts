import type { Stats } from 'node:fs';
import { constants, open } from 'node:fs/promises';
import { errnoOf } from '../../machine/errno.js';
import { HostError } from '../host.js';
import { statIfPresent } from './local-replacement.js';

interface ReadFile {
  readonly bytes: Buffer;
  readonly found: Stats;
}

/**
 * A file's bytes up to a bound; undefined where there is none. In few steps, because a halt waits for each.
 * @param realPath after every symbolic link.
 * @throws HostError `too_large`, `not_a_file`, and the platform's errors
 */
export async function readAtMost(
  host: string,
  path: string,
  realPath: string,
  maxBytes: number,
): Promise<ReadFile | undefined> {
  const notAFile = () => new HostError('not_a_file', { code: 'host_not_a_file', facts: { host, path } });
  const handle = await openToRead(realPath).catch((error: unknown) => {
    // A socket cannot be opened at all.
    throw errnoOf(error) === 'ENXIO' ? notAFile() : error;
  });
  if (handle === undefined) return undefined;
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw notAFile();
    // As large as the file says it is, not as it may be; it can grow while it is read.
    let buffer = Buffer.alloc(Math.min(found.size, maxBytes) + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null);
      length += bytesRead;
      // All that the file said it holds, and not more; one of the kernel says that it is empty.
      const isWhole = found.size > 0 && length === found.size;
      if (bytesRead === 0 || isWhole || length > maxBytes) break;
      if (length === buffer.length) buffer = enlarged(buffer, maxBytes + 1);
    }
    if (length > maxBytes) {
      const facts = { host, path, maxBytes };
      throw new HostError('too_large', { code: 'host_file_too_large', facts });
    }
    return { bytes: buffer.subarray(0, length), found };
  } finally {
    // Nobody waits for it: what was read is read.
    handle.close().catch(() => undefined);
  }
}

async function openToRead(realPath: string) {
  try {
    return await open(realPath, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    // A link that is still one after all were followed leads to nothing.
    const isLink = errnoOf(error) === 'ELOOP';
    if (isLink && (await statIfPresent(realPath)) === undefined) return undefined;
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

function enlarged(buffer: Buffer, limit: number): Buffer<ArrayBuffer> {
  const larger = Buffer.alloc(Math.min(Math.max(buffer.length * 2, 4096), limit));
  buffer.copy(larger);
  return larger;
}
