import { z } from 'zod';
import { checkResultSchema } from './check-run.js';
import { LOCALES } from './localized.js';
import { personSchema } from './person.js';
import { orUndefined, type ValueOf } from './value-of.js';

const LIVE_STATES = ['checking', 'running', 'judging'] as const;
/** `finished`: there is a model, and the gate has judged it. `refused`: the data checks did not pass. */
const TRAINING_STATES = [...LIVE_STATES, 'finished', 'refused', 'failed', 'cancelled'] as const;

export const TRAINING_FAILURES = [
  /** Facts: `code` of the operating system. */
  'not_started',
  /** Facts: `exit` (code or signal). */
  'trainer_failed',
  /** Facts: `minutes`. */
  'timed_out',
  /** The process vanished without a word, e.g. with the machine. */
  'lost',
  /** Its machine did not answer until the trainer had long been ended there. Facts: `host`, `minutes`. */
  'host_away',
  /** It lacks what a training needs there. Facts: `host` and `missing` (programs), or `said` (by what is no shell). */
  'host_unfit',
  /** What it wrote could not be brought from its host. Facts: `file`, `code` (`changed`: while it was copied). */
  'not_fetched',
  'no_model',
  'no_meta',
  /** A link, a folder or the like in the place of the model or meta.json. Facts: `file`. */
  'output_not_a_file',
  /** Facts: `file`, `most` (MiB). */
  'output_too_large',
  /** Facts: `because`. */
  'meta_unreadable',
  /** Facts: `said` and `wanted`. */
  'wrong_horizon',
  /** The model is good, but it could not be put into the staging folder. Facts: `folder`, `code` (`changed`: it
   * is not what the gate has seen any more). */
  'not_staged',
] as const;
export type TrainingFailureCode = (typeof TRAINING_FAILURES)[number];

const failureSchema = z.object({
  code: z.enum(TRAINING_FAILURES),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type TrainingFailure = ValueOf<typeof failureSchema>;

/** What came out. The gate's finding stands in the check's one row. */
const resultSchema = z.object({
  check: checkResultSchema,
  sha256: z.string(),
  /** Bytes. */
  size: z.number(),
  /** The file's name in the staging folder; null: the gate refused it, so it is not there. */
  stagedAs: z.string().nullable(),
});
export type TrainingResult = ValueOf<typeof resultSchema>;

/** How far a trainer is, by its own lines. */
const progressSchema = z.object({
  /** From 0 to 1; undefined: no line says. */
  fraction: orUndefined(z.number()),
  /** The named figures of the newest line that matches, e.g. `loss`. */
  figures: z.record(z.string(), z.string()),
  lastLine: z.string(),
  /** The host that trains and does not answer now: the rest is what it said before. */
  away: z.string().optional(),
});
export type TrainingProgress = ValueOf<typeof progressSchema>;

export const trainingSchema = z.object({
  trainingId: z.uuid(),
  strategy: z.string(),
  target: z.string(),
  horizon: z.string(),
  lookbackHours: z.number(),
  /** Also the model's version. */
  modelName: z.string(),
  machine: z.string(),
  state: z.enum(TRAINING_STATES),
  requestedBy: personSchema,
  locale: z.enum(LOCALES),
  overrideReason: z.string().nullable(),
  /** The data checks as they came out before the start. */
  checks: z.array(checkResultSchema),
  progress: progressSchema.nullable(),
  result: resultSchema.nullable(),
  failure: failureSchema.nullable(),
  cancelRequested: personSchema.nullable(),
  /** RFC 3339, as the next two. */
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
});
export type Training = ValueOf<typeof trainingSchema>;

/** A model of less than this part of the look-back that was asked for is one of far less data. */
const LEAST_SHARE = 0.5;

/** How many hours of data a training has found, where that is far less than it was asked for; by the gate's finding. */
export function shortDataHours({
  lookbackHours,
  result,
}: Pick<Training, 'lookbackHours' | 'result'>): number | undefined {
  const span = result?.check.observed[0]?.['data_span_hours'];
  const isShort = typeof span === 'number' && span >= 0 && span < lookbackHours * LEAST_SHARE;
  return isShort ? span : undefined;
}

export const isLive = ({ state }: Pick<Training, 'state'>): boolean =>
  LIVE_STATES.some((live) => live === state);
