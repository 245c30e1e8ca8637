import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { shownLog } from '../domain/log-page.js';
import { MASK } from '../domain/secrets.js';
import { openPlainFile } from '../machine/plain-file.js';
import { withoutSecrets } from './secret-values.js';

export const LOG_FILE = 'trainer.log';
/** What stood in the log before it grew too long and was begun anew. */
const FORMER_LOG_FILE = 'trainer.log.1';

/** More than the runner keeps, unless one line is as long. */
export const MAX_FILE_BYTES = 2 * 1024 * 1024;
export const TAIL_BYTES = 64 * 1024;

/** The log's bytes, as far as the runner keeps them. undefined: there is no log (yet, or not on this machine). */
export async function readLog(folder: string): Promise<Buffer | undefined> {
  const [former, present] = await Promise.all(
    [FORMER_LOG_FILE, LOG_FILE].map((name) => readEnd(join(folder, name))),
  );
  return present === undefined ? undefined : Buffer.concat([former ?? Buffer.alloc(0), present]);
}

/** The whole log without what is secret here, which goes before anything is cut. Clicks are answered between any two. */
export async function concealedLog(log: Buffer, secrets: readonly string[]): Promise<string> {
  let text = log.toString('utf8');
  for (const secret of secrets) {
    text = text.replaceAll(secret, MASK);
    await nextTurn();
  }
  return text;
}

/** @param bytes the log's end: its first line may have lost its beginning, and with it what would show a secret */
export function logTailOf(bytes: Buffer, secrets: readonly string[]): string {
  const text = bytes.toString('utf8');
  const whole = bytes.length < TAIL_BYTES ? text : text.slice(text.indexOf('\n') + 1);
  return shownLog(withoutSecrets(whole, secrets));
}

/** undefined: there is none. */
async function readEnd(path: string): Promise<Buffer | undefined> {
  const file = await openPlainFile(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.min(size, MAX_FILE_BYTES));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, size - buffer.length);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
