import { subDays } from 'date-fns/subDays';
import { z } from 'zod';
import type { ValueOf } from './value-of.js';
import { type AfterLooks, troubleSchema, type WatchState, type WatchTrouble } from './watch.js';

/** What a halt by the watch rests on: the checks that failed, since when, and the run in which they did last. */
export const haltEvidenceSchema = z.object({
  troubles: z.array(troubleSchema),
  /** How often in a row. */
  looks: z.number(),
  /** RFC 3339. */
  since: z.string(),
  runIds: z.array(z.string()),
});
export type HaltEvidence = ValueOf<typeof haltEvidenceSchema>;

interface HaltRules {
  /** Ids of the checks that halt. */
  readonly halt: readonly string[];
  readonly after: Pick<AfterLooks, 'halt'>;
  /** Halts within a day without a person. */
  readonly perDay: number;
}

type WatchHalt =
  | { readonly kind: 'halt'; readonly evidence: HaltEvidence }
  /** The watch has halted this target often enough for a day: it is a person's turn. */
  | { readonly kind: 'spent'; readonly evidence: HaltEvidence };

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
  const [first, last] = [newest[0], newest.at(-1)];
  if (failing.length === 0 || first === undefined || last === undefined) return undefined;
  const troubles = last.troubles.filter(({ id }) => failing.includes(id));
  const evidence = { troubles, looks: newest.length, since: first.at, runIds: last.runIds };
  return { kind: haltsOfDay(halted, now).length < perDay ? 'halt' : 'spent', evidence };
}

/** Those of the last 24 hours. */
export const haltsOfDay = (halted: readonly string[], now: Date): readonly string[] =>
  halted.filter((at) => new Date(at) > subDays(now, 1));
