import { z } from 'zod';
import type { Queryable } from '../store/queryable.js';

const rowsSchema = z.array(z.object({ userId: z.string() }));

/** The most recent first. */
async function selectHomeVisitors(
  database: Queryable,
  strategies: readonly string[],
  since: Date,
  limit: number,
): Promise<readonly string[]> {
  const { rows } = await database.query(
    `SELECT user_id AS "userId" FROM lobml.home_visitors
     WHERE strategy = ANY($3) AND opened_at >= $1 GROUP BY user_id ORDER BY max(opened_at) DESC LIMIT $2`,
    [since, limit, strategies],
  );
  return rowsSchema.parse(rows).map(({ userId }) => userId);
}

/** Who has the bot's Home open, or had it lately; known to every replica, and to no bot of other strategies. */
export interface HomeVisitorStore {
  record(userId: string, openedAt: Date): Promise<void>;
  /** The most recent first. */
  recent(request: { readonly since: Date; readonly limit: number }): Promise<readonly string[]>;
}

export function createHomeVisitorStore(database: Queryable, strategies: readonly string[]): HomeVisitorStore {
  return {
    record: (userId, openedAt) => upsertHomeVisitor(database, strategies, userId, openedAt),
    recent: ({ since, limit }) => selectHomeVisitors(database, strategies, since, limit),
  };
}

async function upsertHomeVisitor(
  database: Queryable,
  strategies: readonly string[],
  userId: string,
  openedAt: Date,
): Promise<void> {
  await database.query(
    `INSERT INTO lobml.home_visitors (user_id, opened_at, strategy) SELECT $1, $2, unnest($3::text[])
     ON CONFLICT (user_id, strategy) DO UPDATE SET opened_at = greatest(home_visitors.opened_at, excluded.opened_at)`,
    [userId, openedAt, strategies],
  );
}
