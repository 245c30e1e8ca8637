import { addMinutes } from 'date-fns/addMinutes';
import { callsOperators, type WatchEpisode } from './watch-episode.js';

/** The messages of an episode, by their roles. */
export const WATCH_ROLES = { told: 'told', called: 'called' } as const;

interface DueCall {
  /** A reply that calls once more; empty: nobody is to be called now. */
  readonly roles: readonly string[];
  readonly nextAt?: Date;
}

/** When nobody says that they have it: times the pause between calls. Later on every hour at the usual pause. */
const AGAIN_AFTER = [1, 2, 4, 8, 12] as const;
const THEN_EVERY = 12;
/** Two days at the usual pause: who has not come by then does not come for the next call either. */
const MOST_CALLS = 48;

/** Who is called once more at this moment: until somebody has it, it is over, or no longer that bad. */
export function callsOfEpisode(episode: WatchEpisode, everyMinutes: number, now: Date): DueCall {
  const { calledAt, taken, endedAt, anew } = episode;
  if (calledAt === null || taken !== null || endedAt !== null || !callsOperators(episode))
    return { roles: [] };
  const momentOf = (count: number) => addMinutes(new Date(calledAt), everyMinutes * timesOf(count));
  let count = 0;
  while (count < MOST_CALLS && momentOf(count + 1) <= now) count += 1;
  return {
    // Only the newest: what a bot that was away has missed is not made up for in a burst.
    roles: rolesOf(count, anew),
    ...(count < MOST_CALLS ? { nextAt: momentOf(count + 1) } : {}),
  };
}

/** What nobody had is called for at once; the message that called first only changes. */
function rolesOf(count: number, anew: number | undefined): readonly string[] {
  if (anew !== undefined) return [`call again ${count + 1} anew ${anew}`];
  return count === 0 ? [] : [`call again ${count}`];
}

function timesOf(count: number): number {
  const last = AGAIN_AFTER.length;
  return AGAIN_AFTER[count - 1] ?? (AGAIN_AFTER[last - 1] ?? THEN_EVERY) + (count - last) * THEN_EVERY;
}

/** Which call it is; undefined for a message that is no call. */
export function callNumberOf(role: string): number | undefined {
  const [, count] = /^call again (\d+)(?: anew \d+)?$/.exec(role) ?? [];
  return count === undefined ? undefined : Number(count);
}

/** From the second call on admins are called beside operators. */
export const callsAdmins = (call: number): boolean => call >= 2;
