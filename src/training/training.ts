import type { CheckResult } from '../domain/check-run.js';
import type { Locale } from '../domain/localized.js';
import type { Person } from '../domain/person.js';
import type { TrainingProgress } from './read-progress.js';

const LIVE_STATES = ['checking', 'running', 'judging'] as const;
/** `finished`: there is a model, and the gate has judged it. `refused`: the data checks did not pass. */
export const TRAINING_STATES = [...LIVE_STATES, 'finished', 'refused', 'failed', 'cancelled'] as const;
type TrainingState = (typeof TRAINING_STATES)[number];

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

export interface TrainingFailure {
  readonly code: TrainingFailureCode;
  readonly facts: Readonly<Record<string, string | number>>;
}

/** What came out. The gate's finding stands in the check's one row. */
export interface TrainingResult {
  readonly check: CheckResult;
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** The file's name in the staging folder; null: the gate refused it, so it is not there. */
  readonly stagedAs: string | null;
}

export interface Training {
  readonly trainingId: string;
  readonly strategy: string;
  readonly target: string;
  readonly horizon: string;
  readonly lookbackHours: number;
  /** Also the model's version. */
  readonly modelName: string;
  readonly machine: string;
  readonly state: TrainingState;
  readonly requestedBy: Person;
  readonly locale: Locale;
  readonly overrideReason: string | null;
  /** The data checks as they came out before the start. */
  readonly checks: readonly CheckResult[];
  readonly progress: TrainingProgress | null;
  readonly result: TrainingResult | null;
  readonly failure: TrainingFailure | null;
  readonly cancelRequested: Person | null;
  /** Where its message stands; null in a terminal. */
  readonly message: { readonly channel: string; readonly ts: string } | null;
  /** RFC 3339, as the next two. */
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

export const isLive = ({ state }: Pick<Training, 'state'>): boolean =>
  LIVE_STATES.some((live) => live === state);
