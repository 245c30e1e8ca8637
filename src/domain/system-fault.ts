import { ownValue } from './own-value.js';

/** What the operating system refused a program of the bot. */
export interface SystemFault {
  /** e.g. `ENOSPC`. */
  readonly errno: string;
  /** e.g. `open`; '': it does not say. */
  readonly call: string;
  /** The file, or the address and port; '': it does not say. */
  readonly subject: string;
}

/** In the words of a language: what most of these codes mean, without a full stop. */
const SYSTEM_CODES = [
  'EACCES',
  'EADDRINUSE',
  'ECONNREFUSED',
  'EIO',
  'EISDIR',
  'EMFILE',
  'ENOENT',
  'ENOMEM',
  'ENOSPC',
  'ENOTDIR',
  'EPERM',
  'EROFS',
  'ETIMEDOUT',
] as const;
export type SystemWords = Readonly<Record<(typeof SYSTEM_CODES)[number], string>>;

/** `open /var/lib/lobml/x: no permission (EACCES)`. */
export function toldSystemFault(
  words: SystemWords,
  { errno, call, subject }: SystemFault,
  colon: string,
): string {
  const known = ownValue<string>(words, errno);
  const what = [call, subject].filter((part) => part !== '').join(' ');
  const why = known === undefined ? errno : `${known} (${errno})`;
  return what === '' ? why : `${what}${colon}${why}`;
}
