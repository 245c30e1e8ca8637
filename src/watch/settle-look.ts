import type { CheckRun } from '../domain/check-run.js';
import { hasSeen, lookOf, NOTHING_SEEN, nextLookAt, type WatchState, withLook } from '../domain/watch.js';
import { endedEpisode, episodeAfter, type WatchEpisode } from '../domain/watch-episode.js';
import { haltOf, haltsOfDay } from '../domain/watch-halt.js';
import type { Watch } from '../domain/watch-record.js';
import { frozenAt } from '../runbook/freeze.js';
import type { StandingWatch } from '../runbook/targets-schema.js';
import type { Queryable } from '../store/queryable.js';
import { readServerMoment } from '../store/server-moment.js';
import { keepEpisode, selectDevelopment, selectNewestEpisode } from './episode-store.js';
import type { WatchContext } from './watch-context.js';
import { lookAt } from './watch-jobs.js';
import { selectWatch, updateAfterLook } from './watch-store.js';

type Settled = { readonly watch: Watch; readonly halt: Watch['haltWanted'] } | undefined;
type SettlingContext = Pick<WatchContext, 'transact' | 'subjectChanged' | 'newId'>;

/**
 * What a look has found becomes state, messages, a decided halt and the next look, all of it or nothing.
 * @returns undefined: somebody has switched it off meanwhile
 */
export function settleLook(
  context: SettlingContext,
  watchId: string,
  { policy, runs }: { readonly policy: StandingWatch; readonly runs: readonly CheckRun[] },
): Promise<Settled> {
  return context.transact(async (client) => {
    const watch = await selectWatch(client, watchId, { lock: true });
    if (watch === undefined || !watch.isOn) return undefined;
    const now = (await readServerMoment(client)).at;
    const state = withLook(
      watch.state,
      lookOf(runs, now.toISOString()),
      policy.after,
      policy.everySecs * 1_000,
    );
    const due = haltOf(state, policy, watch.halts, now);
    const halt = due?.kind === 'halt' ? due.evidence : null;
    const newest = await selectNewestEpisode(client, { ...watch, kind: 'trouble' });
    const followed = episodeAfter({
      ...watch,
      newest,
      state,
      callAfter: policy.after.call,
      isQuiet: frozenAt(policy.quiet, now) !== undefined,
      now,
      newId: context.newId,
    });
    const episode = followed && withHalt(followed, due?.kind, now);
    if (episode !== undefined && episode !== newest) await show(context, client, episode, now);
    await runsAgain(context, client, watch, now);
    const halts = [...haltsOfDay(watch.halts, now), ...(halt === null ? [] : [now.toISOString()])];
    // What led to a halt leads to no second one.
    const kept = halt === null ? state : { ...state, looks: [] };
    await finish(client, watch, {
      ...{ policy, now, state: kept, resting: null, halts, haltWanted: halt },
      lookedAt: hasSeen(runs) ? now : undefined,
    });
    return { watch, halt };
  });
}

/** There was nothing to look at: a release looks by itself, and a halted target does not trade. */
export function settleRest(
  context: SettlingContext,
  watchId: string,
  { policy, resting }: { readonly policy: StandingWatch; readonly resting: NonNullable<Watch['resting']> },
): Promise<Settled> {
  return context.transact(async (client) => {
    const watch = await selectWatch(client, watchId, { lock: true });
    if (watch === undefined || !watch.isOn) return undefined;
    const now = (await readServerMoment(client)).at;
    const newest = await selectNewestEpisode(client, { ...watch, kind: 'trouble' });
    if (newest?.endedAt === null) await keepEpisode(context, client, endedEpisode(newest, resting, now));
    await runsAgain(context, client, watch, now);
    const halts = haltsOfDay(watch.halts, now);
    await finish(client, watch, {
      ...{ policy, now, state: NOTHING_SEEN, resting, halts, haltWanted: null },
      lookedAt: now,
    });
    return { watch, halt: null };
  });
}

function withHalt(episode: WatchEpisode, due: 'halt' | 'spent' | undefined, now: Date): WatchEpisode {
  if (due === undefined || episode.endedAt !== null) return episode;
  const kind = due === 'halt' ? 'halted' : 'spent';
  return episode.halt?.kind === kind ? episode : { ...episode, halt: { kind, at: now.toISOString() } };
}

async function show(
  context: SettlingContext,
  client: Queryable,
  episode: WatchEpisode,
  now: Date,
): Promise<void> {
  await keepEpisode(context, client, {
    ...episode,
    development: await selectDevelopment(client, episode, now),
  });
}

/** Whoever was called because it did not run reads that it does again. */
async function runsAgain(
  context: SettlingContext,
  client: Queryable,
  watch: Watch,
  now: Date,
): Promise<void> {
  const silent = await selectNewestEpisode(client, { ...watch, kind: 'silent' });
  if (silent?.endedAt === null) await keepEpisode(context, client, endedEpisode(silent, 'runs_again', now));
}

interface Finished extends Pick<Watch, 'resting' | 'halts' | 'haltWanted'> {
  readonly policy: StandingWatch;
  readonly now: Date;
  readonly state: WatchState;
  readonly lookedAt: Date | undefined;
}

async function finish(client: Queryable, watch: Watch, { policy, now, ...look }: Finished): Promise<void> {
  const dueAt = nextLookAt(new Date(watch.dueAt), policy.everySecs * 1_000, now);
  await updateAfterLook(client, watch.watchId, { ...look, dueAt });
  await lookAt(client, watch.watchId, dueAt);
}
