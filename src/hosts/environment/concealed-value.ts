import type { EnvironmentSource } from './environment-file.js';

/**
 * Stand for a value that took in other lines of its file: they may hold secrets, so none of it is shown or stored. For
 * what people read only: values are compared as they are. The two differ, so that what differs also looks different.
 */
const CONCEALED_IN_FILE = '⏎… (file)';
const CONCEALED_IN_PROCESS = '⏎…';

type FileValue = Pick<EnvironmentSource, 'value' | 'spansLines'>;

/** A value of the files as it may be shown; null: not set. */
export function shownInFile(found: FileValue | undefined): string | null {
  if (found === undefined) return null;
  return found.spansLines ? CONCEALED_IN_FILE : found.value;
}

/** Begins where a word begins: a search from each of its letters would read a long word as often as it has letters. */
const TAKEN_IN = /[\r\n]|(?<![A-Z0-9_])[0-9_]*[A-Z][A-Z0-9_]{2,}\s*=/;

/**
 * A value of a running process as it may be shown; null: not set. Where the files say the same, they tell whether it
 * took in other lines. Otherwise one with a line break or another assignment may be what an open quote, or a backslash
 * at a line's end, has taken in.
 */
export function shownInProcess(value: string | undefined, found?: FileValue): string | null {
  if (value === undefined) return null;
  if (value === found?.value) return found.spansLines ? CONCEALED_IN_PROCESS : value;
  return TAKEN_IN.test(value) ? CONCEALED_IN_PROCESS : value;
}
