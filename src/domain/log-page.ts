import { plainText } from './plain-text.js';
import { redact } from './secrets.js';

/** One page of a program's log, whole lines where they fit, as it may be shown. */
export interface LogPage {
  readonly text: string;
  /** Counted from 0. */
  readonly page: number;
  readonly pages: number;
}

/** Fits a modal's one block. */
const PAGE_LENGTH = 2_700;
/** More of one line is no line: it is left out. */
const MAX_LINE = 16_384;

/**
 * A page of a log that holds none of the bot's own secrets any more. Megabytes of other people's bytes take seconds: for
 * them it belongs into another process than the one that answers clicks.
 */
export function logPageOf(log: string, page?: number): LogPage {
  const pages = pagesOf(shownLog(log));
  const wanted = Math.min(Math.max(page ?? pages.length - 1, 0), pages.length - 1);
  return { text: pages[wanted] ?? '', page: wanted, pages: pages.length };
}

/** Progress bars overwrite their line; only what they left is shown. Secrets, colours and control characters go. */
export function shownLog(log: string): string {
  const lines = log
    .split('\n')
    .map((line) => line.replace(/\r$/, '').split('\r').at(-1) ?? '')
    .map((line) => (line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line));
  return redact(plainText(lines.join('\n')), 'host');
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
