import { z } from 'zod';
import { type Halt, isSettled } from './halt.js';
import { instantSchema } from './instant.js';
import { personSchema } from './person.js';
import { releaseRefusalSchema } from './release-refusal.js';
import { isLiveRelease, LIVE_REQUEST_STATES, RELEASE_STATES, REQUEST_STATES } from './release-state.js';
import type { ValueOf } from './value-of.js';

/** `real`: a halt and its way back. `rehearsal`: everything but the act. */
export const DRILL_KINDS = ['real', 'rehearsal'] as const;
export type DrillKind = (typeof DRILL_KINDS)[number];

/** `acting`: the process that began it halts, or tries. `waiting`: for the way back, and for who sees the alarm. */
export const DRILL_STATES = ['acting', 'waiting', 'good', 'failed', 'broken_off'] as const;
export type DrillState = (typeof DRILL_STATES)[number];

const REHEARSED_PARTS = [
  /** A halt of two pretended services, on the machine of the bot. */
  'machine',
  /** Files, rights and the service of every host. */
  'hosts',
  'venue',
  /** What a halt asks the trading database. */
  'records',
  'channels',
  'clocks',
] as const;
const HALTED_PARTS = [
  /** The flag is written on every host. */
  'flag',
  /** Every host was seen off. */
  'off',
  /** Nothing rests, as the venue says, or else the records. */
  'empty',
  /** The halt is verified. */
  'proof',
] as const;
const DRILL_PARTS = [
  ...HALTED_PARTS,
  ...REHEARSED_PARTS,
  /** Somebody clicked *Seen*. */
  'alarm',
  /** A release that turned it on again was confirmed. */
  'back',
] as const;
export type DrillPartName = (typeof DRILL_PARTS)[number];

/** Why a part is no good, or still waits. */
const DRILL_TROUBLES = [
  /** What was found wrong stands beside it. */
  'findings',
  'halt_not_verified',
  /** The flag was off before: nothing was proved. */
  'off_before',
  /** A halt went on already: it was not this one's. */
  'joined',
  'not_seen',
  /** A person must ask for the way back; what is in the way stands beside it. */
  'back_refused',
  'back_waits',
  'back_runs',
  /** The release that was to turn it on ended otherwise. */
  'back_ended',
  'back_late',
  /** An error inside the bot; the log has it. */
  'inside',
] as const;
export type DrillTrouble = (typeof DRILL_TROUBLES)[number];

/** A sentence as it is stored: a later version may know other ones. */
const storedSentenceSchema = z.object({ code: z.string(), facts: z.record(z.string(), z.json()) });
export type StoredSentence = ValueOf<typeof storedSentenceSchema>;

const findingSchema = z.object({
  subject: storedSentenceSchema,
  state: z.enum(['warning', 'fault']),
  seen: storedSentenceSchema,
  wayOut: storedSentenceSchema.exactOptional(),
});
export type DrillFinding = ValueOf<typeof findingSchema>;

const drillPartSchema = z.object({
  part: z.enum(DRILL_PARTS),
  state: z.enum(['waiting', 'good', 'failed', 'left_out']),
  /** From the click on; of a rehearsed part how long its look took. null: not yet, or never. */
  ms: z.number().nullable(),
  because: z.enum(DRILL_TROUBLES).nullable(),
  findings: z.array(findingSchema),
  /** What keeps the way back from being asked for. */
  refusals: z.array(releaseRefusalSchema),
});
export type DrillPart = ValueOf<typeof drillPartSchema>;

export const drillSchema = z.object({
  drillId: z.uuid(),
  strategy: z.string(),
  target: z.string(),
  kind: z.enum(DRILL_KINDS),
  state: z.enum(DRILL_STATES),
  requestedBy: personSchema,
  requestedAt: instantSchema,
  /** Of a real one. */
  haltId: z.uuid().nullable(),
  parts: z.array(drillPartSchema),
  seenBy: personSchema.nullable(),
  endedAt: instantSchema.nullable(),
});
export type Drill = ValueOf<typeof drillSchema>;

/** Nobody saw the alarm in this time: it would have called nobody. */
export const SEEN_WITHIN_MS = 15 * 60_000;
/** From the click: a way back has clocks of its own for approvals and checkpoints. */
export const BACK_WITHIN_MS = 6 * 60 * 60_000;

interface DrillPlaces {
  readonly kind: DrillKind;
  /** The target names channels, so that an alarm can be posted. */
  readonly hasChannels: boolean;
  readonly hasVenue: boolean;
}

/** What a drill of a target consists of, before its first act. */
export function plannedParts({ kind, hasChannels, hasVenue }: DrillPlaces): readonly DrillPart[] {
  const own = kind === 'real' ? HALTED_PARTS : REHEARSED_PARTS;
  const isLeftOut = (part: DrillPartName) =>
    (part === 'venue' && !hasVenue) || ((part === 'alarm' || part === 'channels') && !hasChannels);
  const all: readonly DrillPartName[] = [...own, 'alarm', ...(kind === 'real' ? ['back' as const] : [])];
  return all.map((part) => ({
    part,
    state: isLeftOut(part) ? 'left_out' : 'waiting',
    ms: null,
    because: null,
    findings: [],
    refusals: [],
  }));
}

/** The parts of a real drill that a halt has come to. */
export function reachedParts(halt: Pick<Halt, 'hosts' | 'kind' | 'venue' | 'resting' | 'state'>) {
  const { hosts, kind, venue, resting, state } = halt;
  const rests = venue === undefined ? resting?.total : venue.open?.total;
  const reached: Readonly<Record<(typeof HALTED_PARTS)[number], boolean>> = {
    flag: hosts.every(({ disk }) => disk === 'done'),
    off: hosts.every((host) => isSettled(host, kind)),
    empty: rests === 0,
    proof: state === 'verified',
  };
  return HALTED_PARTS.filter((part) => reached[part]);
}

/** What its parts make of a drill whose process has done its own; undefined: something is waited for. */
export function evaluateDrill(parts: readonly DrillPart[]): 'good' | 'failed' | undefined {
  if (parts.some(({ state }) => state === 'failed')) return 'failed';
  return parts.some(({ state }) => state === 'waiting') ? undefined : 'good';
}

/** Its halt is proved, whoever has not seen the alarm yet: the way back of a drill must not wait for that drill. */
const hasProved = ({ kind, state, parts }: Pick<Drill, 'kind' | 'state' | 'parts'>): boolean =>
  state === 'good' ||
  (kind === 'real' && state === 'waiting' && !parts.some((part) => part.state === 'failed'));

export const changePart = (
  parts: readonly DrillPart[],
  name: DrillPartName,
  change: Partial<DrillPart>,
): readonly DrillPart[] => parts.map((one) => (one.part === name ? { ...one, ...change } : one));

export const partOf = ({ parts }: Pick<Drill, 'parts'>, name: DrillPartName): DrillPart | undefined =>
  parts.find(({ part }) => part === name);

/** How long a drill took as a whole: of a real one to its proof, of a rehearsal its slowest part. ms; undefined: nothing was timed. */
export function tookMs({ kind, parts }: Pick<Drill, 'kind' | 'parts'>): number | undefined {
  const own: readonly string[] = kind === 'real' ? ['proof'] : REHEARSED_PARTS;
  const times = parts.flatMap(({ part, ms }) => (own.includes(part) && ms !== null ? [ms] : []));
  return times.length === 0 ? undefined : Math.max(...times);
}

/** By the nearest rank; undefined of nothing. @param share 0 … 1 */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** What was asked for by the newest request that follows the halt of a drill, and what came of it. */
export const wayBackSchema = z.object({
  requestState: z.enum(REQUEST_STATES),
  releaseState: z.enum(RELEASE_STATES).nullable(),
  /** ms from the click of the drill to the confirmation. */
  confirmedMs: z.number().nullable(),
});
export type WayBack = ValueOf<typeof wayBackSchema>;

/** Whether the strategy is back, as its newest request stands. @param passedMs since the click */
export function judgeBack(part: DrillPart, found: WayBack | undefined, passedMs: number): Partial<DrillPart> {
  if (found?.releaseState === 'confirmed') return { state: 'good', ms: found.confirmedMs, because: null };
  if (passedMs > BACK_WITHIN_MS) return { state: 'failed', because: 'back_late' };
  if (found === undefined) return { because: part.because ?? 'back_waits' };
  const { requestState, releaseState } = found;
  if (releaseState !== null)
    return { because: isLiveRelease({ state: releaseState }) ? 'back_runs' : 'back_ended' };
  return { because: LIVE_REQUEST_STATES.some((live) => live === requestState) ? 'back_waits' : 'back_ended' };
}

/** What is known of the drills of a target. */
export interface DrillFacts {
  /** No drill has ever proved anything. */
  readonly never: boolean;
  /** Since the last one that did; where none has, since the target is checked. */
  readonly days: number;
  /** Of the last one that did. */
  readonly kind: DrillKind | undefined;
  readonly tookMs: number | undefined;
  /** Of the last good ones, ten at most. */
  readonly p99Ms: number | undefined;
  readonly count: number;
}

const DAY_MS = 24 * 60 * 60_000;

/**
 * @param good the last good ones, newest first
 * @param newest in whatever state
 * @param checkedSince when the target was first checked; undefined: never
 */
export function drillFacts(
  { good, newest }: { readonly good: readonly Drill[]; readonly newest: Drill | undefined },
  checkedSince: Date | undefined,
  now: Date,
): DrillFacts {
  const last = newest !== undefined && hasProved(newest) ? newest : good[0];
  const since = last === undefined ? (checkedSince ?? now) : new Date(last.requestedAt);
  const times = good.flatMap((drill) => tookMs(drill) ?? []);
  return {
    never: last === undefined,
    days: Math.max(0, (now.getTime() - since.getTime()) / DAY_MS),
    kind: last?.kind,
    tookMs: last && tookMs(last),
    p99Ms: percentile(times, 0.99),
    count: good.length,
  };
}

/** Where nobody has kept any. */
export const NO_DRILLS: DrillFacts = drillFacts({ good: [], newest: undefined }, undefined, new Date(0));
