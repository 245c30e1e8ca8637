import { subHours } from 'date-fns/subHours';
import type { HomeVisitorStore } from './home-visitor-store.js';

/** Slack allows no more than that many in a short time, and a team is smaller. */
const MAX_VISITORS = 30;
const RECENT_HOURS = 24;

interface HomeRefresherOptions {
  readonly visitors: HomeVisitorStore;
  /** Shows a person's Home anew. */
  readonly publish: (userId: string) => Promise<void>;
  readonly onError: (error: unknown) => void;
  readonly now: () => Date;
}

export interface HomeRefresher {
  /** Something that the Home shows has changed. Changes that come while it is being shown are taken together. */
  changed(): void;
  /** Resolves when everybody sees the last change. */
  idle(): Promise<void>;
}

/** Shows the Home anew to those who have opened it lately: when something changes, and not on a timer. */
export function createHomeRefresher({
  visitors,
  publish,
  onError,
  now,
}: HomeRefresherOptions): HomeRefresher {
  let isStale = false;
  let refreshing: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    while (isStale) {
      isStale = false;
      const since = subHours(now(), RECENT_HOURS);
      try {
        for (const userId of await visitors.recent({ since, limit: MAX_VISITORS })) {
          await publish(userId).catch(onError);
        }
      } catch (error) {
        onError(error);
      }
    }
    refreshing = undefined;
  }

  return {
    changed() {
      isStale = true;
      refreshing ??= refresh();
    },
    idle: async () => refreshing,
  };
}
