import type { Person } from '../domain/person.js';
import { endedEpisode, failedIn } from '../domain/watch-episode.js';
import type { Watch, WatchFacts } from '../domain/watch-record.js';
import { silentSince } from '../domain/watch-silence.js';
import { readServerMoment } from '../store/server-moment.js';
import { keepEpisode, selectEpisode, selectNewestEpisode } from './episode-store.js';
import { policyOf, type WatchContext } from './watch-context.js';
import type { WatchEvent } from './watch-events.js';
import { lookAt } from './watch-jobs.js';
import { ensureWatch, selectWatchOf, updateSwitch } from './watch-store.js';

type TakeAnswer =
  | { readonly kind: 'taken' }
  /** Somebody was first. */
  | { readonly kind: 'had'; readonly by: Person; readonly at: string }
  | { readonly kind: 'over' };

export interface WatchService {
  /** undefined: the targets file does not have it watched. */
  factsOf(target: string): Promise<WatchFacts | undefined>;
  /** It looks at once. @returns undefined as for `factsOf` */
  switchOn(target: string, person: Person): Promise<WatchFacts | undefined>;
  /** @param forMs undefined: until somebody switches it on */
  switchOff(target: string, person: Person, forMs: number | undefined): Promise<WatchFacts | undefined>;
  /** Somebody looks after what they were called for: nobody else is called. */
  take(episodeId: string, person: Person): Promise<TakeAnswer>;
  refused(target: string | null, person: Person, act: string): Promise<void>;
}

/** What people say to the watch. Who may is asked by whoever calls. */
export function createWatchService(context: WatchContext): WatchService {
  const { database, transact, strategy } = context;
  const factsOf = (target: string) => readFacts(context, target);
  return {
    factsOf,
    async switchOn(target, person) {
      const watched = policyOf(context, target);
      if (watched === undefined) return undefined;
      await transact(async (client) => {
        const { everySecs } = watched.policy;
        const { watchId } = await ensureWatch(client, { strategy, target, everySecs });
        await updateSwitch(client, watchId, { isOn: true, offUntil: null, switchedBy: person });
        await lookAt(client, watchId, (await readServerMoment(client)).at);
      });
      await note(context, 'watch.on', target, person, {});
      return factsOf(target);
    },
    async switchOff(target, person, forMs) {
      const watched = policyOf(context, target);
      if (watched === undefined) return undefined;
      const offUntil = await transact(async (client) => {
        const { everySecs } = watched.policy;
        const { watchId } = await ensureWatch(client, { strategy, target, everySecs });
        const now = (await readServerMoment(client)).at;
        const until = forMs === undefined ? null : new Date(now.getTime() + forMs);
        await updateSwitch(client, watchId, { isOn: false, offUntil: until, switchedBy: person });
        if (until !== null) await lookAt(client, watchId, until);
        for (const kind of ['trouble', 'silent'] as const) {
          const episode = await selectNewestEpisode(client, { strategy, target, kind });
          if (episode?.endedAt === null)
            await keepEpisode(context, client, endedEpisode(episode, 'off', now, person));
        }
        return until;
      });
      await note(context, 'watch.off', target, person, { until: offUntil?.toISOString() ?? null });
      return factsOf(target);
    },
    async take(episodeId, person) {
      const [answer, target] = await transact(async (client): Promise<readonly [TakeAnswer, string]> => {
        const episode = await selectEpisode(client, episodeId, { lock: true });
        if (episode === undefined || episode.endedAt !== null) return [{ kind: 'over' }, ''];
        if (episode.taken !== null) return [{ kind: 'had', ...episode.taken }, episode.target];
        const at = (await readServerMoment(client)).at.toISOString();
        await keepEpisode(context, client, {
          ...episode,
          taken: { by: person, at, checks: [...failedIn(episode.troubles)] },
        });
        return [{ kind: 'taken' }, episode.target];
      });
      if (answer.kind === 'taken') await note(context, 'watch.taken', target, person, { episodeId });
      return answer;
    },
    refused: (target, person, act) => note(context, 'watch.refused', target, person, { act }),
  };

  async function note(
    { record }: WatchContext,
    kind: WatchEvent['kind'],
    target: string | null,
    actor: Person,
    details: WatchEvent['details'],
  ): Promise<void> {
    const at = (await readServerMoment(database)).at.toISOString();
    await record({ kind, strategy, target, actor, at, details });
  }
}

async function readFacts(context: WatchContext, target: string): Promise<WatchFacts | undefined> {
  const { database, strategy } = context;
  const policy = policyOf(context, target)?.policy;
  if (policy === undefined) return undefined;
  const [watch, trouble, { at }] = await Promise.all([
    selectWatchOf(database, { strategy, target }),
    selectNewestEpisode(database, { strategy, target, kind: 'trouble' }),
    readServerMoment(database),
  ]);
  const { everySecs, runs, checks, after, halt, perDay, quiet } = policy;
  return {
    target,
    policy: { everySecs, runs, checks, after, halt, perDay, hasQuietHours: quiet.length > 0 },
    watch: watch && present(watch),
    trouble: trouble?.endedAt === null ? trouble : undefined,
    silentSince: watch && silentSince(watch, at),
  };
}

/** What the looks saw in detail is for the rules. */
const present = (watch: Watch): Watch => ({
  ...watch,
  state: { ...watch.state, looks: watch.state.looks.slice(-1) },
});
