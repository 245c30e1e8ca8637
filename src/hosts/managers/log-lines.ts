import { StringDecoder } from 'node:string_decoder';
import { plainText } from '../../domain/plain-text.js';
import type { LogLine, LogPart } from '../host.js';
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

/** Around a value of a variable: where a longer one goes on, it is another. */
const BEFORE_VALUE = /[\s=:,"'([{]/;
const AFTER_VALUE = /[\s,;"')\]}]/;

/** Whether a line holds every part; a value counts as a whole only: `/m/a.onnx.old` does not say `/m/a.onnx`. */
export function saysAll(line: string, parts: readonly LogPart[]): boolean {
  return parts.every((part) =>
    typeof part === 'string'
      ? line.includes(part)
      : placesOf(line, part.value).some(isWhole(line, part.value)),
  );
}

function placesOf(line: string, value: string): readonly number[] {
  const places: number[] = [];
  for (let place = line.indexOf(value); place !== -1; place = line.indexOf(value, place + 1))
    places.push(place);
  return places;
}

const isWhole = (line: string, value: string) => (place: number) => {
  const [before, after] = [line[place - 1], line[place + value.length]];
  return (
    (before === undefined || BEFORE_VALUE.test(before)) && (after === undefined || AFTER_VALUE.test(after))
  );
};

interface ReadLogOptions {
  readonly parse: ParseLogLine;
  readonly isWanted: (line: LogLine) => boolean;
  /** What is kept wherever it stands. */
  readonly find: readonly LogPart[] | undefined;
}

/**
 * Reads a log forward, however long it is: what is kept is bounded, not what is read. A line without a time gets that of
 * the line before.
 */
export class LogReader {
  readonly #o: ReadLogOptions;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #last: Date | undefined;
  readonly #first: LogLine[] = [];
  readonly #found: LogLine[] = [];
  #newest: LogLine[] = [];

  constructor(options: ReadLogOptions) {
    this.#o = options;
  }

  /** @param chunk of the program's output. */
  take(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n');
    this.#rest = (lines.pop() ?? '').slice(0, MAX_LINE_CHARACTERS);
    for (const line of lines) this.#line(line);
  }

  /** Oldest first. @param limit of how many; the newest are kept, and what was looked for. */
  end(limit: number): readonly LogLine[] {
    this.#line(this.#rest + this.#decoder.end());
    this.#rest = '';
    const newest = this.#newest.slice(-KEPT_LINES);
    const kept = [...this.#first, ...this.#found, ...newest];
    const surplus = kept.length - Math.max(limit, 0);
    if (surplus <= 0) return kept;
    return kept.filter((line, index) => index >= surplus || this.#isFound(line));
  }

  #line(raw: string): void {
    const line = plainText(raw.slice(0, MAX_LINE_CHARACTERS).replace(/\r$/, ''));
    const parsed = line === '' ? undefined : this.#o.parse(line);
    if (parsed === undefined) return;
    this.#last = parsed.at ?? this.#last;
    const dated = { ...parsed, at: this.#last };
    if (this.#o.isWanted(dated)) this.#keep(dated);
  }

  #keep(line: LogLine): void {
    if (this.#first.length < KEPT_LINES) {
      this.#first.push(line);
      return;
    }
    this.#newest.push(line);
    if (this.#newest.length < 2 * KEPT_LINES) return;
    const passed = this.#newest.splice(0, KEPT_LINES).filter((old) => this.#isFound(old));
    this.#found.push(...passed.slice(0, KEPT_FOUND - this.#found.length));
  }

  #isFound({ text }: LogLine): boolean {
    return this.#o.find !== undefined && saysAll(text, this.#o.find);
  }
}
