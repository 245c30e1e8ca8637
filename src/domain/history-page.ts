import { z } from 'zod';
import type { CheckRunSummary } from './check-run.js';
import { DRILL_KINDS, DRILL_STATES } from './drill.js';
import { HALT_KINDS, HALT_STATES } from './halt.js';
import { instantSchema } from './instant.js';
import { personSchema } from './person.js';
import { RELEASE_STATES } from './release-state.js';
import type { ValueOf } from './value-of.js';

const common = {
  id: z.uuid(),
  startedAt: instantSchema,
  by: personSchema,
  reason: z.string().nullable(),
};

export const historyLineSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('release'),
    ...common,
    state: z.enum(RELEASE_STATES),
    /** The model's version; null where no model comes with it. */
    detail: z.string().nullable(),
    /** The program's file, where one comes with it. */
    binary: z.string().nullable(),
  }),
  z.object({ kind: z.literal('halt'), ...common, state: z.enum(HALT_STATES), detail: z.enum(HALT_KINDS) }),
  z.object({ kind: z.literal('drill'), ...common, state: z.enum(DRILL_STATES), detail: z.enum(DRILL_KINDS) }),
]);

/** A release, a halt or a drill as a line of the history. */
export type ActHistoryLine = ValueOf<typeof historyLineSchema>;

/** Where a page begins: at the newest, or next to a line of another page. */
export type HistoryPlace =
  | { readonly kind: 'newest' }
  /** @param id of a run, a release, a halt or a drill */
  | { readonly kind: 'before' | 'after'; readonly id: string };

export type HistoryLine =
  | { readonly kind: 'run'; readonly id: string; readonly startedAt: string; readonly run: CheckRunSummary }
  | ActHistoryLine;

export interface HistoryPage {
  /** Newest first. */
  readonly lines: readonly HistoryLine[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
}
