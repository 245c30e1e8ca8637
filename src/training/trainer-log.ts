import { open, stat } from 'node:fs/promises';
import { redact } from '../hosts/redact.js';

/** One page of a trainer's log, whole lines, as it may be shown. */
export interface LogPage {
  readonly text: string;
  /** Counted from 0. */
  readonly page: number;
  readonly pages: number;
}

/** Fits a modal's one block, with room for what escaping adds. */
const PAGE_BYTES = 2_200;
/** A line longer than this is cut where it crosses a page. */
const MAX_LINE_BYTES = 1_000;

/** @param page the last one unless given. undefined: there is no log (yet, or not on this machine). */
export async function readLogPage(path: string, page?: number): Promise<LogPage | undefined> {
  const size = await stat(path).then(
    (found) => found.size,
    () => undefined,
  );
  if (size === undefined) return undefined;
  const pages = Math.max(1, Math.ceil(size / PAGE_BYTES));
  const wanted = Math.min(Math.max(page ?? pages - 1, 0), pages - 1);
  const from = wanted * PAGE_BYTES;
  const start = Math.max(0, from - MAX_LINE_BYTES);
  const bytes = await readBytes(path, start, from + PAGE_BYTES + MAX_LINE_BYTES);
  const first = from === 0 ? 0 : lineAfter(bytes, from - start);
  const end = lineAfter(bytes, from - start + PAGE_BYTES);
  const text = visible(bytes.subarray(first, Math.max(first, end)).toString('utf8'));
  return { text, page: wanted, pages };
}

/** The end of a log, for progress. '' where there is none. */
export async function readLogTail(path: string, maxBytes: number): Promise<string> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size === 0) return '';
  return visible((await readBytes(path, Math.max(0, size - maxBytes), size)).toString('utf8'));
}

/** The beginning of the first line that starts at or after `at`, within a line's length. */
function lineAfter(bytes: Buffer, at: number): number {
  if (at <= 0) return 0;
  const end = bytes.indexOf('\n', at - 1);
  return end === -1 || end - at > MAX_LINE_BYTES ? Math.min(at, bytes.length) : end + 1;
}

async function readBytes(path: string, from: number, to: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(to - from);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out.
const COLOURS = /\u001b\[[0-9;?]*[A-Za-z]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out.
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** Progress bars overwrite their line; only what they left is shown. Colours and control characters go. */
function visible(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, '').split('\r').at(-1) ?? '');
  return redact(lines.join('\n').replaceAll(COLOURS, '').replaceAll(CONTROL_CHARACTERS, ''));
}
