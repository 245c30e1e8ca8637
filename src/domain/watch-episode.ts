import { subMinutes } from 'date-fns/subMinutes';
import { z } from 'zod';
import { personSchema } from './person.js';
import type { ValueOf } from './value-of.js';
import { VERDICTS, type Verdict } from './verdict.js';
import { isWorse, type WatchLook, type WatchState } from './watch.js';

/** What one message of a watch is about: a target is not well, or its watch does not run; from then until that is over. */

const WATCH_ENDS = [
  /** The target is well again. */
  'well',
  /** Somebody switched the watch off. */
  'off',
  /** It was halted: the strategy is off. */
  'halted',
  /** A release is under way, which looks at the target by itself. */
  'release',
  /** The watch runs again. */
  'runs_again',
] as const;

const developmentSchema = z.object({
  at: z.string(),
  failed: z.number(),
  unclear: z.number(),
  warned: z.number(),
});
export type WatchDevelopment = ValueOf<typeof developmentSchema>;

export const watchEpisodeSchema = z.object({
  episodeId: z.uuid(),
  strategy: z.string(),
  target: z.string(),
  /** `silent`: the watch itself does not run. */
  kind: z.enum(['trouble', 'silent']),
  /** RFC 3339, as every moment here. */
  openedAt: z.string(),
  /** What counts now; of a watch that is silent what counted last. */
  verdict: z.enum(VERDICTS).nullable(),
  since: z.string(),
  /** The verdicts that counted, oldest first. */
  changes: z.array(z.object({ at: z.string(), verdict: z.enum(VERDICTS) })),
  /** The look that the message shows. */
  troubles: z.custom<WatchLook['troubles']>((value) => Array.isArray(value)),
  runIds: z.array(z.string()),
  /** The hour before the newest change: how many checks did not pass, oldest first. */
  development: z.array(developmentSchema),
  /** Since when it may be told; null: not before the quiet hours are over. */
  toldAt: z.string().nullable(),
  /** Since when operators are called; null: they are not. */
  calledAt: z.string().nullable(),
  /** Somebody has it: nobody else is called. */
  taken: z
    .object({
      by: personSchema,
      at: z.string(),
      /** Ids of the checks that failed then: for those alone they have it. */
      checks: z.array(z.string()).optional(),
    })
    .nullable(),
  /** How often operators were called anew for checks that nobody had; absent: never. */
  anew: z.number().optional(),
  /** The halt that the watch began for it; `spent`: it has halted often enough for a day. */
  halt: z.object({ kind: z.enum(['halted', 'spent']), at: z.string() }).nullable(),
  endedAt: z.string().nullable(),
  ended: z.enum(WATCH_ENDS).nullable(),
  /** Who switched it off. */
  endedBy: personSchema.nullable(),
});
export type WatchEpisode = ValueOf<typeof watchEpisodeSchema>;

/** What is wrong again so soon is the same episode: no new message, and no new call. */
const SAME_EPISODE_MINUTES = 15;

interface EpisodeFacts {
  readonly strategy: string;
  readonly target: string;
  /** The newest episode of that kind, whether it goes on or not. */
  readonly newest: WatchEpisode | undefined;
  readonly state: WatchState;
  /** How often in a row a check fails before operators are called for it. */
  readonly callAfter: number;
  /** What is only told waits. */
  readonly isQuiet: boolean;
  readonly now: Date;
  readonly newId: () => string;
}

/** The episode after a look; the same value where nothing has changed; undefined: there is none and none begins. */
export function episodeAfter(facts: EpisodeFacts): WatchEpisode | undefined {
  const { newest, state, now } = facts;
  const at = now.toISOString();
  const open = newest?.endedAt === null ? newest : undefined;
  if (state.verdict === null) return newest;
  if (state.verdict === 'GO') return open === undefined ? newest : well(open, at);
  const going = open ?? resumed(facts);
  const episode = going ?? begun(facts, state.verdict);
  const told = withRungs(shown(episode, state, at), facts);
  return newest !== undefined && JSON.stringify(told) === JSON.stringify(newest) ? newest : told;
}

const well = (episode: WatchEpisode, at: string): WatchEpisode => ({
  ...episode,
  verdict: 'GO',
  changes: [...episode.changes, { at, verdict: 'GO' as const }].slice(-MOST_CHANGES),
  endedAt: at,
  ended: 'well',
});

function begun({ strategy, target, state, now, newId }: EpisodeFacts, verdict: Verdict): WatchEpisode {
  const at = now.toISOString();
  return {
    episodeId: newId(),
    strategy,
    target,
    kind: 'trouble',
    openedAt: at,
    verdict,
    since: state.since ?? at,
    changes: [],
    troubles: [],
    runIds: [],
    development: [],
    toldAt: null,
    calledAt: null,
    taken: null,
    halt: null,
    endedAt: null,
    ended: null,
    endedBy: null,
  };
}

/** One that ended a moment ago, where nothing else is wrong than before and it is no worse than it was. */
function resumed({ newest, state, now }: EpisodeFacts): WatchEpisode | undefined {
  if (newest?.endedAt == null || newest.ended !== 'well') return undefined;
  const { verdict } = state;
  const isSoon = new Date(newest.endedAt) > subMinutes(now, SAME_EPISODE_MINUTES);
  const known = new Set(newest.troubles.map(({ id }) => id));
  const isKnown = lastTroubles(state).every(({ id }) => known.has(id));
  const isNoWorse = newest.changes.some((change) => verdict === null || !isWorse(verdict, change.verdict));
  return isSoon && isKnown && isNoWorse ? { ...newest, endedAt: null, ended: null } : undefined;
}

/** Which checks are wrong and how counts; what they say changes with each look, and moves no message. */
function shown(episode: WatchEpisode, state: WatchState, at: string): WatchEpisode {
  const verdict = state.verdict ?? episode.verdict;
  const newest = state.looks.at(-1);
  if (newest === undefined || verdict === null) return episode;
  const last = episode.changes.at(-1);
  const isChange = last?.verdict !== verdict;
  const isSame = signature(newest.troubles) === signature(episode.troubles);
  // A look that is better than what counts shows what counts no longer: the message keeps what was seen last.
  const isOfVerdict = newest.verdict === verdict;
  return {
    ...episode,
    verdict,
    since: isChange ? (state.since ?? at) : episode.since,
    changes: isChange
      ? [...episode.changes, { at: state.since ?? at, verdict }].slice(-MOST_CHANGES)
      : episode.changes,
    ...(isOfVerdict && !isSame ? { troubles: newest.troubles, runIds: newest.runIds } : {}),
  };
}

const MOST_CHANGES = 20;

const signature = (troubles: WatchEpisode['troubles']): string =>
  troubles
    .map(({ id, outcome }) => `${id} ${outcome}`)
    .toSorted()
    .join();

const lastTroubles = ({ looks }: WatchState): WatchEpisode['troubles'] => looks.at(-1)?.troubles ?? [];

/** Ids of the checks that failed in a look or a message. */
export const failedIn = (troubles: WatchEpisode['troubles']): readonly string[] =>
  troubles.filter(({ outcome }) => outcome === 'FAIL').map(({ id }) => id);

/** Whether a check that did not fail when somebody said that they have it fails now, often enough in a row. */
function isBeyondTaken({ taken, verdict }: WatchEpisode, { state, callAfter }: EpisodeFacts): boolean {
  if (taken?.checks === undefined || verdict !== 'NO_GO') return false;
  const had = new Set(taken.checks);
  const row = state.looks.slice(-callAfter);
  return (
    row.length >= callAfter &&
    failedIn(lastTroubles(state)).some(
      (id) => !had.has(id) && row.every(({ troubles }) => failedIn(troubles).includes(id)),
    )
  );
}

function withRungs(shownNow: WatchEpisode, facts: EpisodeFacts): WatchEpisode {
  const { isQuiet, now } = facts;
  const at = now.toISOString();
  const episode = isBeyondTaken(shownNow, facts)
    ? { ...shownNow, taken: null, calledAt: at, anew: (shownNow.anew ?? 0) + 1 }
    : shownNow;
  const isCall = episode.verdict === 'NO_GO';
  return {
    ...episode,
    toldAt: episode.toldAt ?? (isCall || !isQuiet ? at : null),
    calledAt: episode.calledAt ?? (isCall ? at : null),
  };
}

/** A watch that does not run. @param since when it should have looked, RFC 3339 */
export function silentEpisode(
  { strategy, target }: Pick<EpisodeFacts, 'strategy' | 'target'>,
  {
    episodeId,
    since,
    verdict,
    now,
  }: { episodeId: string; since: string; verdict: Verdict | null; now: Date },
): WatchEpisode {
  const at = now.toISOString();
  return {
    episodeId,
    strategy,
    target,
    kind: 'silent',
    openedAt: at,
    verdict,
    since,
    changes: [],
    troubles: [],
    runIds: [],
    development: [],
    toldAt: at,
    calledAt: at,
    taken: null,
    halt: null,
    endedAt: null,
    ended: null,
    endedBy: null,
  };
}

/** Whether it is so bad that operators are called: NO-GO, or a watch that does not run. */
export const callsOperators = ({ kind, verdict }: WatchEpisode): boolean =>
  kind === 'silent' || verdict === 'NO_GO';

/** It ends for another reason than that the target is well; the same where it has ended. */
export const endedEpisode = (
  episode: WatchEpisode,
  ended: Exclude<WatchEpisode['ended'], null>,
  now: Date,
  endedBy: WatchEpisode['endedBy'] = null,
): WatchEpisode =>
  episode.endedAt === null ? { ...episode, endedAt: now.toISOString(), ended, endedBy } : episode;
