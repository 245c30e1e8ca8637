import type { Locale } from '../domain/localized.js';
import type { Report } from '../domain/report.js';
import { callNumberOf, callsOfEpisode, WATCH_ROLES } from '../domain/watch-calls.js';
import { callsOperators, type WatchEpisode } from '../domain/watch-episode.js';
import type { SubjectState } from '../messages/message-keeper.js';
import type { StoredMessage } from '../messages/message-store.js';
import type { ReleaseContext } from '../release/release-context.js';
import { selectEpisode } from '../watch/episode-store.js';

export interface WatchViews {
  /** @param isCall it mentions the operators */
  readonly episode: (
    episode: WatchEpisode,
    options: { readonly locale: Locale; readonly who: readonly string[]; readonly isCall: boolean },
  ) => Report;
  /** A reply that calls once more. @param call which one it is, from 1 */
  readonly call: (
    episode: WatchEpisode,
    options: {
      readonly locale: Locale;
      readonly roles: ReleaseContext['targets']['roles'];
      readonly call: number;
    },
  ) => Report;
}

interface WatchMessageParts {
  readonly watchViews: WatchViews;
  readonly releases: Pick<ReleaseContext, 'database' | 'databaseNow' | 'targets'>;
  readonly locale: Locale;
}

/** Operators are called in the incidents channel; what is only told stands in that of reports. */
export async function stateOfWatch(
  { watchViews, releases, locale: own }: WatchMessageParts,
  episodeId: string,
  standing: readonly Pick<StoredMessage, 'role'>[],
): Promise<SubjectState | undefined> {
  const { database, databaseNow, targets } = releases;
  const episode = await selectEpisode(database, episodeId);
  if (episode === undefined) return undefined;
  const target = targets.targets.get(episode.target);
  const { incidents, reports } = target?.channels ?? {};
  const { operators } = targets.roles;
  const isTold = standing.some(({ role }) => role === WATCH_ROLES.told);
  // One message a state: who is called needs not be told as well, and what was told stays true.
  const owes = {
    called: episode.calledAt !== null,
    told: isTold || (episode.toldAt !== null && episode.calledAt === null),
  };
  const everyMinutes = target?.standingWatch?.escalateMinutes;
  const { roles, nextAt } =
    everyMinutes === undefined
      ? { roles: [] }
      : callsOfEpisode(episode, everyMinutes, await databaseNow(database));
  return {
    owed: [
      ...(incidents !== undefined && owes.called
        ? [
            {
              role: WATCH_ROLES.called,
              channel: incidents,
              elsewhere: reports === undefined ? [] : [reports],
            },
          ]
        : []),
      ...(reports !== undefined && owes.told
        ? [
            {
              role: WATCH_ROLES.told,
              channel: reports,
              elsewhere: incidents === undefined ? [] : [incidents],
            },
          ]
        : []),
    ],
    lives: episode.endedAt === null,
    ...(nextAt === undefined ? {} : { changesAt: nextAt }),
    ...(incidents !== undefined && owes.called ? { calls: { inThreadOf: WATCH_ROLES.called, roles } } : {}),
    render: (message) => {
      const locale = message.locale ?? own;
      const call = callNumberOf(message.role);
      if (call !== undefined) return watchViews.call(episode, { locale, roles: targets.roles, call });
      const isCall = message.role === WATCH_ROLES.called && callsOperators(episode);
      return watchViews.episode(episode, { locale, who: operators, isCall });
    },
  };
}

/** Whether a message with this key calls somebody: it goes before whatever else is to be posted. */
export const isWatchCall = (key: string): boolean =>
  /^watch:[0-9a-f-]{36} (called|call again \d+( anew \d+)?)$/.test(key);
