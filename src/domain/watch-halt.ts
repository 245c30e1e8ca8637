import { subDays } from 'date-fns/subDays';
import type { AfterLooks, WatchState, WatchTrouble } from './watch.js';

interface HaltRules {
  /** Ids of the checks that halt. */
  readonly halt: readonly string[];
  readonly after: Pick<AfterLooks, 'halt'>;
  /** Halts within a day without a person. */
  readonly perDay: number;
}

type WatchHalt =
  | { readonly kind: 'halt'; readonly troubles: readonly WatchTrouble[] }
  /** The watch has halted this target often enough for a day: it is a person's turn. */
  | { readonly kind: 'spent'; readonly troubles: readonly WatchTrouble[] };

/**
 * Whether the watch halts its target by itself: a listed check has failed in each of the newest looks. What could not be
 * looked at, or says nothing, has not failed. @param halted when the watch halted it before, RFC 3339
 */
export function haltOf(
  { looks }: Pick<WatchState, 'looks'>,
  { halt, after, perDay }: HaltRules,
  halted: readonly string[],
  now: Date,
): WatchHalt | undefined {
  const newest = looks.slice(-after.halt);
  if (newest.length < after.halt) return undefined;
  const hasFailed = (id: string, troubles: readonly WatchTrouble[]) =>
    troubles.some((trouble) => trouble.id === id && trouble.outcome === 'FAIL');
  const failing = halt.filter((id) => newest.every(({ troubles }) => hasFailed(id, troubles)));
  const troubles = newest.at(-1)?.troubles.filter(({ id }) => failing.includes(id)) ?? [];
  if (troubles.length === 0) return undefined;
  const today = haltsOfDay(halted, now);
  return { kind: today.length < perDay ? 'halt' : 'spent', troubles };
}

/** Those of the last 24 hours. */
export const haltsOfDay = (halted: readonly string[], now: Date): readonly string[] =>
  halted.filter((at) => new Date(at) > subDays(now, 1));
