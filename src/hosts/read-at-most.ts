import { constants, open } from 'node:fs/promises';
import { HostError } from './host.js';

/**
 * A file's bytes up to a bound; it may grow while it is read, and be no plain file after all.
 * @param realPath after every symbolic link. @throws HostError `too_large`, and the platform's errors
 */
export async function readAtMost(
  host: string,
  path: string,
  realPath: string,
  maxBytes: number,
): Promise<Buffer> {
  const handle = await open(realPath, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    // As large as the file says it is, not as it may be; it can grow while it is read.
    const { size } = await handle.stat();
    let buffer = Buffer.alloc(Math.min(size, maxBytes) + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null);
      length += bytesRead;
      if (bytesRead === 0 || length > maxBytes) break;
      if (length === buffer.length) buffer = enlarged(buffer, maxBytes + 1);
    }
    if (length > maxBytes) {
      throw new HostError('too_large', host, `${host}: ${path} is larger than ${maxBytes} bytes.`);
    }
    return buffer.subarray(0, length);
  } finally {
    await handle.close();
  }
}

function enlarged(buffer: Buffer, limit: number): Buffer<ArrayBuffer> {
  const larger = Buffer.alloc(Math.min(Math.max(buffer.length * 2, 4096), limit));
  buffer.copy(larger);
  return larger;
}
