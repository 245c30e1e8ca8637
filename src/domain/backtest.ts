import { z } from 'zod';
import { instantSchema } from './instant.js';
import { localizedSchema } from './localized.js';
import { CHECK_MODES } from './outcome.js';
import { personSchema } from './person.js';
import { factsSchema, reasonSchema } from './reason.js';
import type { ValueOf } from './value-of.js';

/** What a check would have said at a past moment. UNKNOWN: the rows of that moment are no longer there. */
export const REPLAY_OUTCOMES = ['PASS', 'WARN', 'FAIL', 'INCONCLUSIVE', 'ERROR', 'UNKNOWN'] as const;
export type ReplayOutcome = (typeof REPLAY_OUTCOMES)[number];

/** A parameter of the runbook with another value than its own. */
const parameterValueSchema = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.string()),
  z.array(z.number()),
]);
export type ParameterValue = ValueOf<typeof parameterValueSchema>;

export const backtestWishSchema = z.object({
  target: z.string(),
  days: z.number(),
  everySecs: z.number(),
  /** By name. */
  set: z.record(z.string(), parameterValueSchema),
  /** Ids of checks; empty: all that can be replayed. */
  checks: z.array(z.string()),
});
export type BacktestWish = ValueOf<typeof backtestWishSchema>;

const countsSchema = z.object({
  /** Moments by outcome; one that never came is left out. */
  moments: z.partialRecord(z.enum(REPLAY_OUTCOMES), z.number()),
  /** Entries that stood in the windows of these moments; windows that overlap count one twice. */
  entries: z.partialRecord(z.enum(REPLAY_OUTCOMES), z.number()),
});
export type ReplayCounts = ValueOf<typeof countsSchema>;

/** With the runbook's own parameters, and with the changed ones where some are changed. */
const bothSchema = z.object({ now: countsSchema, changed: countsSchema.exactOptional() });

const differenceSchema = z.object({
  /** RFC 3339. */
  at: z.string(),
  now: z.enum(REPLAY_OUTCOMES),
  changed: z.enum(REPLAY_OUTCOMES),
  entries: z.number().nullable(),
});

const replayedCheckSchema = bothSchema.extend({
  id: z.string(),
  section: z.string(),
  title: localizedSchema,
  mode: z.enum(CHECK_MODES),
  /** How often it was asked: one that looks far back more seldom than the others. */
  everySecs: z.number(),
  /** In UTC, `2026-03-01`; oldest first. */
  days: z.array(bothSchema.extend({ day: z.string() })),
  differing: z.number(),
  /** The first of them. */
  differences: z.array(differenceSchema),
  /** What is said of the latest moment that failed, or could not be judged. */
  sample: z
    .object({
      at: z.string(),
      outcome: z.enum(REPLAY_OUTCOMES),
      reason: reasonSchema,
      says: z.array(localizedSchema),
    })
    .exactOptional(),
});
export type ReplayedCheck = ValueOf<typeof replayedCheckSchema>;

/** Why a check is not asked about the past. */
export const NOT_REPLAYED = [
  /** It looks at files, processes, clocks or the server as they are. */
  'hosts',
  'network',
  'server',
  /** It looks at what the bot itself has noted. */
  'state_database',
  /** Its statement looks at no window. */
  'no_window',
  /** Its statement sees rows that came after its moment. */
  'sees_later',
] as const;
const notReplayedSchema = z.object({
  id: z.string(),
  title: localizedSchema,
  why: z.enum(NOT_REPLAYED),
  tables: z.array(z.string()),
});
export type NotReplayed = ValueOf<typeof notReplayedSchema>;

/** A run that was carried out then, beside what the same moment gives now. */
const storedDifferenceSchema = z.object({
  runId: z.string(),
  at: z.string(),
  check: z.string(),
  stored: z.string(),
  replayed: z.enum(REPLAY_OUTCOMES),
  /** The runbook was another one then. */
  otherRunbook: z.boolean(),
});
export type StoredDifference = ValueOf<typeof storedDifferenceSchema>;

/** What a back-test found: figures that views draw, and that `--json` hands on. */
export const backtestFiguresSchema = z.object({
  strategy: z.string(),
  wish: backtestWishSchema,
  runbookSha256: z.string(),
  /** First and last moment, RFC 3339. */
  from: z.string(),
  to: z.string(),
  moments: z.number(),
  /** How many of them were replayed: fewer where it was cancelled. */
  done: z.number(),
  windowMinutes: z.number(),
  parameters: z.array(
    z.object({ name: z.string(), now: parameterValueSchema, changed: parameterValueSchema }),
  ),
  checks: z.array(replayedCheckSchema),
  notReplayed: z.array(notReplayedSchema),
  /** The oldest row of each table; null: none at all. */
  oldest: z.array(z.object({ table: z.string(), at: z.string().nullable() })),
  /**
   * Whole days (UTC, `2026-03-01`) behind a table's oldest row without any row of it; null: could not be asked. Whether
   * there were none, or they were deleted, nobody can know.
   */
  emptyDays: z
    .array(z.object({ table: z.string(), days: z.array(z.string()).nullable() }))
    // Those that were kept by a version before have none.
    .default([]),
  /** Variables of the strategy that conditions read: judged by what stands now, for every moment. */
  environment: z.array(z.object({ name: z.string(), value: z.string().nullable() })),
  stored: z.object({
    runs: z.number(),
    /** Of how many in that time. */
    of: z.number(),
    compared: z.number(),
    /** Those whose rows are no longer there. */
    unknown: z.number(),
    differences: z.array(storedDifferenceSchema),
    differing: z.number(),
  }),
  durationMs: z.number(),
});
export type BacktestFigures = ValueOf<typeof backtestFiguresSchema>;

export interface BacktestProgress {
  readonly done: number;
  readonly moments: number;
}

/** Whole multiples of the step since 1970, in ms, within so many days up to `now`: those of two back-tests meet. */
export function momentsOf(
  { days, everySecs }: Pick<BacktestWish, 'days' | 'everySecs'>,
  now: Date,
): readonly number[] {
  const stepMs = everySecs * 1_000;
  const last = Math.floor(now.getTime() / stepMs) * stepMs;
  const first = now.getTime() - days * 86_400_000;
  const count = Math.max(0, Math.ceil((last - first) / stepMs));
  return Array.from({ length: count }, (_, index) => last - (count - 1 - index) * stepMs);
}

/** Bounds of what may be asked. 90 days by the hour are 2,160 moments. */
export const BACKTEST_LIMITS = { days: 180, moments: 20_000, leastEverySecs: 60 } as const;

/** Two neighbouring moments of a check share all but a part of what it looks back at: it is asked so often within that. */
const ASKED_WITHIN_LOOK_BACK = 14;

/**
 * Every how many moments a check is asked. One that looks back for two weeks says nothing new each hour, and each answer
 * costs the trading database all its rows.
 */
export function everyHowMany(lookBackMs: number, everySecs: number): number {
  return Math.max(1, Math.floor(lookBackMs / ASKED_WITHIN_LOOK_BACK / (everySecs * 1_000)));
}

/** Why a back-test gave nothing. */
export const BACKTEST_FAULTS = [
  /** Its process ended under it. */
  'process_ended',
  /** There is no process for it on this machine now, or the files are others than the bot's. */
  'no_process',
  'runbook_changed',
  /** The changed parameters make a runbook that is refused. */
  'runbook_refused',
  'not_configured',
  /** Facts: those of a DatabaseFaultError. */
  'database',
  'inside',
] as const;

const backtestFaultSchema = z.object({ code: z.enum(BACKTEST_FAULTS), facts: factsSchema.exactOptional() });
export type BacktestFault = ValueOf<typeof backtestFaultSchema>;

/** What a back-test in its own process answers. */
export type BacktestAnswer =
  | { readonly kind: 'figures'; readonly figures: BacktestFigures }
  | { readonly kind: 'fault'; readonly fault: BacktestFault };

export const BACKTEST_STATES = ['running', 'done', 'cancelled', 'failed', 'interrupted'] as const;

/** A back-test that was asked for in Slack. */
export const backtestSchema = z.object({
  backtestId: z.uuid(),
  strategy: z.string(),
  target: z.string(),
  wish: backtestWishSchema,
  state: z.enum(BACKTEST_STATES),
  requestedBy: personSchema,
  requestedAt: instantSchema,
  done: z.number(),
  moments: z.number(),
  figures: backtestFiguresSchema.nullable(),
  fault: backtestFaultSchema.nullable(),
  cancelledBy: personSchema.nullable(),
  endedAt: instantSchema.nullable(),
});
export type Backtest = ValueOf<typeof backtestSchema>;
