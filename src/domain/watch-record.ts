import { z } from 'zod';
import { instantSchema } from './instant.js';
import type { RunKind } from './outcome.js';
import { personSchema } from './person.js';
import type { ValueOf } from './value-of.js';
import { type AfterLooks, watchStateSchema } from './watch.js';
import type { WatchEpisode } from './watch-episode.js';
import { haltEvidenceSchema } from './watch-halt.js';

export const watchSchema = z.object({
  watchId: z.uuid(),
  strategy: z.string(),
  target: z.string(),
  isOn: z.boolean(),
  /** It goes on by itself then. */
  offUntil: instantSchema.nullable(),
  /** null: nobody has switched it yet. */
  switchedBy: personSchema.nullable(),
  switchedAt: instantSchema,
  state: watchStateSchema,
  everySecs: z.number(),
  /** The next look. */
  dueAt: instantSchema,
  /** When it last did what it is there for. */
  lookedAt: instantSchema.nullable(),
  /** Why it looked at nothing then. */
  resting: z.enum(['release', 'halted']).nullable(),
  /** When it halted the target by itself. */
  halts: z.array(z.string()),
  /** A halt that was decided and may not have begun. */
  haltWanted: haltEvidenceSchema.nullable(),
});
/** The watch of one target, as every replica knows it. */
export type Watch = ValueOf<typeof watchSchema>;

/** What people are told of the watch of a target. */
export interface WatchFacts {
  readonly target: string;
  readonly policy: {
    readonly everySecs: number;
    readonly runs: readonly RunKind[];
    /** undefined: all of these runs. */
    readonly checks: readonly string[] | undefined;
    readonly after: AfterLooks;
    readonly halt: readonly string[];
    readonly perDay: number;
    /** Whether there are hours in which nobody is told. */
    readonly hasQuietHours: boolean;
  };
  /** undefined: no bot has begun yet. */
  readonly watch: Watch | undefined;
  /** What is wrong now. */
  readonly trouble: WatchEpisode | undefined;
  /** Since when it should have looked and did not, RFC 3339. */
  readonly silentSince: string | undefined;
}
