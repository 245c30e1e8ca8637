import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** Some 10 ms and 4 MiB: whoever reads what is stored and guesses a value pays that for each guess. */
const COST = { N: 4096, r: 8, p: 1 };
const SALT_BYTES = 16;
const DIGEST_BYTES = 32;

/**
 * Stands for a value that may not be stored: it tells only whether another is the same. Salted for each value, so that
 * equal values do not look equal.
 */
export async function concealedDigest(value: string): Promise<string> {
  return digestWith(randomBytes(SALT_BYTES), value);
}

/** @param digest of `concealedDigest`; any other text stands for no value. */
export async function isConcealedIn(digest: string, value: string): Promise<boolean> {
  const bytes = Buffer.from(digest, 'base64');
  if (bytes.length !== SALT_BYTES + DIGEST_BYTES) return false;
  const found = Buffer.from(await digestWith(bytes.subarray(0, SALT_BYTES), value), 'base64');
  return timingSafeEqual(found, bytes);
}

const digestWith = (salt: Buffer, value: string): Promise<string> =>
  new Promise((resolve, reject) => {
    scrypt(value, salt, DIGEST_BYTES, COST, (error, hash) =>
      error === null ? resolve(Buffer.concat([salt, hash]).toString('base64')) : reject(error),
    );
  });
