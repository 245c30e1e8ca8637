import { randomBytes } from 'node:crypto';

const LETTERS = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/** An id after Slack's pattern: a prefix letter, then capitals and digits. */
export function slackId(prefix: string): string {
  const tail = [...randomBytes(10)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
  return `${prefix}${tail}`;
}

/** An unguessable part of an address or a trigger, in hex. */
export function secret(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

/** Message time stamps: seconds and six digits, never the same twice, rising even when the clock stands. */
export function createTimestamps(now: () => number): () => string {
  let last = 0;
  return () => {
    last = Math.max(last + 1, Math.floor(now()) * 1000);
    const seconds = Math.floor(last / 1_000_000);
    return `${seconds}.${String(last % 1_000_000).padStart(6, '0')}`;
  };
}
