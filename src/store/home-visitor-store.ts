import { selectHomeVisitors } from './queries/select-home-visitors.js';
import { upsertHomeVisitor } from './queries/upsert-home-visitor.js';
import type { Queryable } from './queryable.js';

/** Who has the bot's Home open, or had it lately; known to every replica. */
export interface HomeVisitorStore {
  record(userId: string, openedAt: Date): Promise<void>;
  /** The most recent first. */
  recent(request: { readonly since: Date; readonly limit: number }): Promise<readonly string[]>;
}

export function createHomeVisitorStore(database: Queryable): HomeVisitorStore {
  return {
    record: (userId, openedAt) => upsertHomeVisitor(database, userId, openedAt),
    recent: ({ since, limit }) => selectHomeVisitors(database, since, limit),
  };
}
