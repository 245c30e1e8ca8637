import type { LogLine } from '../host.js';
import { parseRfc3339 } from './unit-status.js';

/** `2026-11-22T18:00:00.123456+0000 host trader[123]: text` (journalctl -o short-iso-precise). */
const JOURNAL_LINE =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)) \S+ [^:]+?(?:\[(\d+)\])?: ?(.*)$/;

/** A line of a program that writes its own time first, in brackets or not. */
const STAMPED_LINE = /^\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d))\]?\s?(.*)$/;

/** Reads the journal's lines; further lines of one message, which it indents, get that message's time. */
export function parseJournalLines(text: string): LogLine[] {
  return withInheritedTimes(text, (line) => {
    if (/^-- .* --$/.test(line)) return undefined;
    const [, at, pid, message] = JOURNAL_LINE.exec(line) ?? [];
    return {
      at: at === undefined ? undefined : parseRfc3339(at),
      text: message ?? line.trim(),
      ...pidOf(pid),
    };
  });
}

/** Reads lines of any program; the time is known where the line begins with one in RFC 3339. */
export function parsePlainLines(text: string): LogLine[] {
  return withInheritedTimes(text, (line) => {
    const [, at, message] = STAMPED_LINE.exec(line) ?? [];
    if (at === undefined || message === undefined) return { at: undefined, text: line };
    const [, pid] = NAMED_PROCESS.exec(message) ?? [];
    return { at: parseRfc3339(at.replace(' ', 'T').replace(',', '.')), text: message, ...pidOf(pid) };
  });
}

/** `trader[123]: text`, as syslog and the journal name a process. */
const NAMED_PROCESS = /^[\w.@-]+\[(\d+)\]: /;

const pidOf = (digits: string | undefined) => (digits === undefined ? {} : { pid: Number(digits) });

function withInheritedTimes(text: string, parse: (line: string) => LogLine | undefined): LogLine[] {
  const lines: LogLine[] = [];
  let last: Date | undefined;
  for (const line of text.split(/\r?\n/)) {
    const parsed = line === '' ? undefined : parse(line);
    if (parsed === undefined) continue;
    last = parsed.at ?? last;
    lines.push({ ...parsed, at: last });
  }
  return lines;
}
