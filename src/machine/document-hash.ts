import { createHash } from 'node:crypto';
import type { TextFile } from '../domain/kept-document.js';

/**
 * SHA-256 in hex over a text and those that belong to it: the first as it is, and of each further one a NUL, its name, a
 * NUL and its text. Of one file alone it is that file's own hash.
 */
export function documentHash([first, ...others]: readonly TextFile[]): string {
  const hash = createHash('sha256').update(first?.text ?? '');
  for (const { name, text } of others) hash.update(`\0${name}\0${text}`);
  return hash.digest('hex');
}
