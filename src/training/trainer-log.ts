import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { plainText } from '../domain/plain-text.js';
import { redact } from '../domain/secrets.js';
import { withoutSecrets } from './secret-values.js';

/** One page of a trainer's log, whole lines where they fit, as it may be shown. */
export interface LogPage {
  readonly text: string;
  /** Counted from 0. */
  readonly page: number;
  readonly pages: number;
}

export const LOG_FILE = 'trainer.log';
/** What stood in the log before it grew too long and was begun anew. */
const FORMER_LOG_FILE = 'trainer.log.1';

/** Fits a modal's one block. */
const PAGE_LENGTH = 2_700;
/** More of one line is no line: it is left out. */
const MAX_LINE = 16_384;
/** Far more than the runner keeps. */
export const MAX_FILE_BYTES = 4 * 1024 * 1024;
export const TAIL_BYTES = 64 * 1024;

/** @param page the last one unless given. undefined: there is no log (yet, or not on this machine). */
export async function readLogPage(
  folder: string,
  secrets: readonly string[],
  page?: number,
): Promise<LogPage | undefined> {
  const [former, present] = await readLogFiles(folder, MAX_FILE_BYTES);
  if (present === undefined) return undefined;
  return logPageOf(Buffer.concat([former ?? Buffer.alloc(0), present]), secrets, page);
}

/** A page of a log's bytes. What is secret goes before anything is cut. */
export function logPageOf(bytes: Buffer, secrets: readonly string[], page?: number): LogPage {
  const pages = pagesOf(visible(bytes.toString('utf8'), secrets));
  const wanted = Math.min(Math.max(page ?? pages.length - 1, 0), pages.length - 1);
  return { text: pages[wanted] ?? '', page: wanted, pages: pages.length };
}

/** The end of a log, for progress. '' where there is none. */
export async function readLogTail(folder: string, secrets: readonly string[]): Promise<string> {
  const [former, present] = await readLogFiles(folder, TAIL_BYTES);
  const bytes = Buffer.concat([former ?? Buffer.alloc(0), present ?? Buffer.alloc(0)]);
  return logTailOf(bytes.subarray(-TAIL_BYTES), secrets);
}

/** @param bytes the log's end: its first line may have lost its beginning, and with it what would show a secret */
export function logTailOf(bytes: Buffer, secrets: readonly string[]): string {
  const text = bytes.toString('utf8');
  return visible(bytes.length < TAIL_BYTES ? text : text.slice(text.indexOf('\n') + 1), secrets);
}

/** The end of the former and of the present log; undefined for one that is not there. */
function readLogFiles(folder: string, maxBytes: number): Promise<readonly (Buffer | undefined)[]> {
  return Promise.all([FORMER_LOG_FILE, LOG_FILE].map((name) => readEnd(join(folder, name), maxBytes)));
}

async function readEnd(path: string, maxBytes: number): Promise<Buffer | undefined> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.min(size, maxBytes));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, size - buffer.length);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function pagesOf(text: string): readonly string[] {
  const pages: string[] = [];
  let [page, length] = ['', 0];
  const add = (piece: string, shown: number) => {
    if (length + shown > PAGE_LENGTH) {
      pages.push(page);
      [page, length] = ['', 0];
    }
    page += piece;
    length += shown;
  };
  for (const line of text.split(/(?<=\n)/)) {
    const shown = shownLength(line);
    if (shown <= PAGE_LENGTH) add(line, shown);
    // One that fills more than a page, in parts.
    else for (const character of line) add(character, shownLength(character));
  }
  return [...pages, page];
}

/** As Slack counts it: `&`, `<` and `>` are written as `&amp;`, `&lt;` and `&gt;`. */
function shownLength(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '&') length += 4;
    else if (character === '<' || character === '>') length += 3;
  }
  return length;
}

/** Progress bars overwrite their line; only what they left is shown. Secrets, colours and control characters go. */
function visible(text: string, secrets: readonly string[]): string {
  const lines = withoutSecrets(text, secrets)
    .split('\n')
    .map((line) => line.replace(/\r$/, '').split('\r').at(-1) ?? '')
    .map((line) => (line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line));
  return redact(plainText(lines.join('\n')), 'host');
}
