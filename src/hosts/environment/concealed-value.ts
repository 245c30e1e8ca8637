/**
 * Stand for a value that took in other lines of its file: they may hold secrets, so none of it is shown or stored. The
 * two differ, so that a file and a process of which nothing is known never count as agreeing.
 */
export const CONCEALED_IN_FILE = '⏎… (file)';
const CONCEALED_IN_PROCESS = '⏎…';

/**
 * A value of a running process, concealed where it holds a line break or another assignment: an open quote, or a
 * backslash at a line's end, has taken in what stood below.
 */
export function withoutNeighbours(value: string): string {
  return /[\r\n]|[A-Z][A-Z0-9_]{2,}\s*=/.test(value) ? CONCEALED_IN_PROCESS : value;
}
