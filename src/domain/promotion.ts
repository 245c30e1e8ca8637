import { z } from 'zod';
import { RUN_KINDS } from './outcome.js';
import { orUndefined, type ValueOf } from './value-of.js';

/** What a target asks of a model before it may be released there: that it has run on another one. */
export const promotionPolicySchema = z.strictObject({
  /** The target where the model must have been confirmed. */
  from: z.string(),
  /** It must have traded there for so long. */
  hours: z.number().positive().max(8_760),
  /** It must have entered so many positions there. */
  entries: z.number().int().positive().max(1_000_000),
});
export type PromotionPolicy = ValueOf<typeof promotionPolicySchema>;

const setbackSchema = z.object({
  /** `rolled_back`: a halt put the previous model back. */
  kind: z.enum(['no_go', 'rolled_back']),
  /** RFC 3339. */
  at: z.string(),
  /** The kind of run that said NO-GO. */
  run: orUndefined(z.enum(RUN_KINDS)),
});
type Setback = ValueOf<typeof setbackSchema>;

/** How far one model is on the way. */
const soakSchema = z.object({
  /** '': nobody knows which model it is. */
  sha256: z.string(),
  /** The file's name, for people. */
  name: z.string(),
  /** Confirmed there, and nothing has spoken against it since. */
  isConfirmed: z.boolean(),
  /** What has spoken against it there after it was last confirmed. */
  setback: orUndefined(setbackSchema),
  hours: z.number(),
  entries: z.number().int(),
});
export type Soak = ValueOf<typeof soakSchema>;

export const promotionSchema = promotionPolicySchema.extend({
  /** Each of them must have got that far; more than one where hosts keep different models. */
  soaks: z.array(soakSchema),
  /** Why nobody can tell how far they are: a fault of the trading database, or `no_orders`: the runbook does not say where orders stand. */
  unknown: orUndefined(z.string()),
});
export type Promotion = ValueOf<typeof promotionSchema>;

/** Whether one model has got as far as it must. */
export const hasSoaked = ({ isConfirmed, hours, entries }: Soak, wanted: PromotionPolicy): boolean =>
  isConfirmed && hours >= wanted.hours && entries >= wanted.entries;

/** The first model that lacks something; undefined: none does, as far as it is known. */
export const whatLacks = (promotion: Promotion): Soak | undefined =>
  promotion.soaks.find((soak) => !hasSoaked(soak, promotion));

/** What has happened on a target, as far as it says which model has run there. Times are RFC 3339. */
export type TargetEvent =
  | {
      readonly kind: 'confirmed';
      readonly at: string;
      /** Of the model on each host; '' where nobody knows. */
      readonly sha256s: readonly string[];
      /** Which its orders carry; undefined: none. */
      readonly version: string | undefined;
    }
  /** From here on until its end nobody vouches for what runs. */
  | { readonly kind: 'release_began'; readonly at: string }
  /** What stood before was put back, and its start proved. */
  | { readonly kind: 'release_undone'; readonly at: string }
  | { readonly kind: 'halted'; readonly at: string; readonly isRolledBack: boolean }
  | { readonly kind: 'no_go'; readonly at: string; readonly run: (typeof RUN_KINDS)[number] };

/** A time in which the model ran as it was confirmed. */
export interface ConfirmedSpan {
  /** RFC 3339. */
  readonly from: string;
  /** undefined: it still goes on. */
  readonly to: string | undefined;
  readonly version: string | undefined;
}

interface ModelCourse {
  readonly spans: readonly ConfirmedSpan[];
  readonly isConfirmed: boolean;
  readonly setback: Setback | undefined;
}

/**
 * When a model ran on a target as it was confirmed there. A NO-GO while it ran, or a halt that put another model back,
 * takes all of that away, until it is confirmed there again: what counts has come since, with nothing against it.
 * @param events in the order of their times
 */
export function courseOfModel(sha256: string, events: readonly TargetEvent[]): ModelCourse {
  let spans: ConfirmedSpan[] = [];
  let running: Omit<ConfirmedSpan, 'to'> | undefined;
  /** What ran when a release began: it may be put back. */
  let before: Omit<ConfirmedSpan, 'to' | 'from'> | undefined;
  let isConfirmed = false;
  let setback: Setback | undefined;
  const close = (at: string) => {
    if (running !== undefined) spans.push({ ...running, to: at });
    running = undefined;
  };
  const refute = (against: Setback) => {
    [spans, running, before, isConfirmed, setback] = [[], undefined, undefined, false, against];
  };
  // What nobody knows is no model, however often nobody knows it.
  for (const event of sha256 === '' ? [] : events) {
    switch (event.kind) {
      case 'confirmed':
        close(event.at);
        before = undefined;
        if (event.sha256s.length === 0 || !event.sha256s.every((one) => one === sha256)) break;
        [running, isConfirmed, setback] = [{ from: event.at, version: event.version }, true, undefined];
        break;
      case 'release_began':
        before = running;
        close(event.at);
        break;
      case 'release_undone':
        if (before !== undefined) running = { from: event.at, version: before.version };
        before = undefined;
        break;
      case 'halted':
        if (event.isRolledBack && running !== undefined) {
          refute({ kind: 'rolled_back', at: event.at, run: undefined });
          break;
        }
        close(event.at);
        before = undefined;
        break;
      case 'no_go':
        if (running !== undefined) refute({ kind: 'no_go', at: event.at, run: event.run });
        break;
    }
  }
  if (running !== undefined) spans.push({ ...running, to: undefined });
  return { spans, isConfirmed, setback };
}

/** What a person reads: no part of what lacks is rounded away. Short times are told in minutes. */
export function soakAsRead({ hours }: Pick<Soak, 'hours'>, wanted: Pick<PromotionPolicy, 'hours'>) {
  const unit = wanted.hours < 1 ? 'min' : 'h';
  const factor = unit === 'h' ? 1 : 60;
  return {
    unit,
    done: String(Math.floor(hours * factor * 10) / 10),
    wanted: String(Number((wanted.hours * factor).toFixed(2))),
  } as const;
}

const HOUR_SECS = 3_600;

/**
 * How far apart two entries may be for the time between them to count as traded, in seconds: twice as far as those asked
 * for are on average, and at least an hour. What is longer may be a strategy, or a bot, that was down.
 */
export const longestQuietSecs = ({ hours, entries }: PromotionPolicy): number =>
  Math.max(HOUR_SECS, (2 * hours * HOUR_SECS) / entries);
