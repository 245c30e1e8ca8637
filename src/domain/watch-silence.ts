import { addMilliseconds } from 'date-fns/addMilliseconds';
import type { Watch } from './watch-record.js';

/** Longer than any look takes, and short enough that another replica tells of it within a minute. */
const SILENT_AFTER_MS = 45_000;

/** Since when a watch should have looked and did not, RFC 3339; undefined: it runs, or is off. */
export function silentSince({ isOn, dueAt }: Pick<Watch, 'isOn' | 'dueAt'>, now: Date): string | undefined {
  return isOn && now > addMilliseconds(new Date(dueAt), SILENT_AFTER_MS) ? dueAt : undefined;
}
