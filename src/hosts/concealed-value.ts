/** Stands for a value that took in other lines of its file: they may hold secrets, so none of it leaves the host's answer. */
export const CONCEALED_VALUE = '⏎…';

/**
 * A value of a running process, concealed where it holds a line break or another assignment: an open quote, or a `\\`
 * at a line's end, has taken in what stood below.
 */
export function withoutNeighbours(value: string): string {
  return /[\r\n]|[A-Z][A-Z0-9_]{2,}\s*=/.test(value) ? CONCEALED_VALUE : value;
}
