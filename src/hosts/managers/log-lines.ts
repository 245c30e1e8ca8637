import { StringDecoder } from 'node:string_decoder';
import { plainText } from '../../domain/plain-text.js';
import type { LogLine, LogSearch } from '../host.js';
import { isFoundIn, mayBeFoundIn } from './loaded-line.js';
import { parseRfc3339 } from './unit-status.js';

/** Of each line: nobody reads more, and no search has to. */
const MAX_LINE_CHARACTERS = 4_096;
/** Of a log, from its beginning and from its end. What is looked for is kept wherever it stands. */
export const KEPT_LINES = 2_000;
const KEPT_FOUND = 200;

/** `2026-11-22T18:00:00.123456+0000 host trader[123]: text` (journalctl -o short-iso-precise). */
const JOURNAL_LINE =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)) \S+ [^:]+?(?:\[(\d+)\])?: ?(.*)$/;

/** A line of a program that writes its own time first, in brackets or not. */
const STAMPED_LINE = /^\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d))\]?\s?(.*)$/;

/** Of one line. undefined: it is none of the program's. */
export type ParseLogLine = (line: string) => LogLine | undefined;

/** A line of the journal. One without its prefix is a further line of the message before. */
export const parseJournalLine: ParseLogLine = (line) => {
  if (/^-- .* --$/.test(line)) return undefined;
  const [, at, pid, message] = JOURNAL_LINE.exec(line) ?? [];
  return { at: at === undefined ? undefined : parseRfc3339(at), text: message ?? line.trim(), ...pidOf(pid) };
};

/** A line of any program; the time is known where it begins with one in RFC 3339. */
export const parsePlainLine: ParseLogLine = (line) => {
  const [, at, message] = STAMPED_LINE.exec(line) ?? [];
  if (at === undefined || message === undefined) return { at: undefined, text: line };
  const [, pid] = NAMED_PROCESS.exec(message) ?? [];
  return { at: parseRfc3339(at.replace(' ', 'T').replace(',', '.')), text: message, ...pidOf(pid) };
};

/** `trader[123]: text`, as syslog and the journal name a process. */
const NAMED_PROCESS = /^[\w.@-]+\[(\d+)\]: /;

const pidOf = (digits: string | undefined) => (digits === undefined ? {} : { pid: Number(digits) });

interface ReadLogOptions {
  readonly parse: ParseLogLine;
  /** Left out: every line is. */
  readonly isWanted?: ((line: LogLine) => boolean) | undefined;
  /** After which line none is wanted any more; left out: none. */
  readonly isPast?: ((line: LogLine) => boolean) | undefined;
  /** What is kept wherever it stands, and may end the reading. */
  readonly find: LogSearch | undefined;
}

/** A line as it came, or one that was found. */
type Newest = string | LogLine;
/** One in so many lines is asked whether it is past the end: a log is in order. */
const LOOKS_FOR_END = 64;

/**
 * Reads a log forward, however long it is: what is kept is bounded, not what is read. A line without a time gets that of
 * the line before. Beyond the first lines one is read only where it is kept: most of a long log only passes.
 */
export class LogReader {
  readonly #o: ReadLogOptions;
  readonly #mayBeFound: (raw: string) => boolean;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  /** Of the last line that has a time, before the newest ones. */
  #last: Date | undefined;
  readonly #first: LogLine[] = [];
  readonly #found: LogLine[] = [];
  #newest: Newest[] = [];
  #isDone = false;

  constructor(options: ReadLogOptions) {
    this.#o = options;
    this.#mayBeFound = options.find === undefined ? () => false : mayBeFoundIn(options.find);
  }

  /** What comes from now on is not wanted. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** @param chunk of the program's output. */
  take(chunk: Buffer): void {
    if (this.#isDone) return;
    const text = this.#rest + this.#decoder.write(chunk);
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#line(cut(text, start, end));
      if (this.#isDone) return;
      start = end + 1;
    }
    this.#rest = cut(text, start, text.length);
  }

  /** Oldest first. @param limit of how many; the newest are kept, and what was looked for. */
  end(limit: number): readonly LogLine[] {
    if (!this.#isDone) this.#line(this.#rest + this.#decoder.end());
    this.#rest = '';
    const newest = this.#newest.slice(-KEPT_LINES);
    this.#pass(this.#newest.slice(0, -KEPT_LINES));
    this.#newest = [];
    const kept = [...this.#first, ...this.#found, ...newest.flatMap((line) => this.#read(line) ?? [])];
    const surplus = kept.length - Math.max(limit, 0);
    if (surplus <= 0) return kept;
    return kept.filter((line, index) => index >= surplus || this.#isFound(line));
  }

  #line(raw: string): void {
    if (raw === '') return;
    if (this.#first.length < KEPT_LINES) {
      const line = this.#read(raw);
      if (line === undefined) return;
      this.#first.push(line);
      this.#endAt(line);
      return;
    }
    this.#newest.push(this.#mayBeFound(raw) ? (this.#candidate(raw) ?? raw) : raw);
    const { isPast } = this.#o;
    if (isPast !== undefined && this.#newest.length % LOOKS_FOR_END === 0) {
      const line = parsed(raw, this.#o.parse);
      if (line !== undefined && isPast(line)) this.#isDone = true;
    }
    if (this.#newest.length >= 2 * KEPT_LINES) this.#pass(this.#newest.splice(0, KEPT_LINES));
  }

  /** A line that is looked for, at its place among the newest. */
  #candidate(raw: string): LogLine | undefined {
    const line = parsed(raw, this.#o.parse);
    if (line === undefined || !this.#isFound(line)) return undefined;
    const dated = { ...line, at: line.at ?? this.#timeBefore(this.#newest) };
    if (this.#o.isWanted?.(dated) === false) return undefined;
    this.#endAt(dated);
    return dated;
  }

  /** Of these lines nothing is kept but what was found. */
  #pass(lines: readonly Newest[]): void {
    this.#last = this.#timeBefore(lines);
    const found = lines.filter((line) => typeof line !== 'string');
    this.#found.push(...found.slice(0, KEPT_FOUND - this.#found.length));
  }

  /** The time of a line that comes after these. */
  #timeBefore(lines: readonly Newest[]): Date | undefined {
    for (const line of lines.toReversed()) {
      const at = typeof line === 'string' ? parsed(line, this.#o.parse)?.at : line.at;
      if (at !== undefined) return at;
    }
    return this.#last;
  }

  /** undefined: it is none of the program's, or not wanted. Lines are read in their order. */
  #read(line: Newest): LogLine | undefined {
    const read = typeof line === 'string' ? parsed(line, this.#o.parse) : line;
    if (read === undefined) return undefined;
    this.#last = read.at ?? this.#last;
    const dated = { ...read, at: this.#last };
    if (this.#o.isPast?.(dated)) this.#isDone = true;
    return this.#o.isWanted?.(dated) === false ? undefined : dated;
  }

  #endAt(line: LogLine): void {
    const since = this.#o.find?.endsAfter;
    if (since === undefined || !this.#isFound(line)) return;
    if (line.at === undefined || line.at >= since) this.#isDone = true;
  }

  #isFound({ text, pid }: LogLine): boolean {
    const { find } = this.#o;
    return find !== undefined && isFoundIn(text, find) && (pid === undefined || pid !== find.exceptPid);
  }
}

function parsed(raw: string, parse: ParseLogLine): LogLine | undefined {
  const line = plainText(raw.replace(/\r$/, ''));
  return line === '' ? undefined : parse(line);
}

/** A long line is copied: what is cut out of a text keeps the whole of it in memory. */
function cut(text: string, start: number, end: number): string {
  if (end - start <= MAX_LINE_CHARACTERS) return text.slice(start, end);
  return Buffer.from(text.slice(start, start + MAX_LINE_CHARACTERS)).toString();
}
