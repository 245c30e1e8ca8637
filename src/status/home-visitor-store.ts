import { z } from 'zod';
import type { Queryable } from '../store/queryable.js';

const rowsSchema = z.array(z.object({ userId: z.string() }));

/** The most recent first. */
async function selectHomeVisitors(
  database: Queryable,
  since: Date,
  limit: number,
): Promise<readonly string[]> {
  const { rows } = await database.query(
    `SELECT user_id AS "userId" FROM lobml.home_visitors
     WHERE opened_at >= $1 ORDER BY opened_at DESC LIMIT $2`,
    [since, limit],
  );
  return rowsSchema.parse(rows).map(({ userId }) => userId);
}

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

async function upsertHomeVisitor(database: Queryable, userId: string, openedAt: Date): Promise<void> {
  await database.query(
    `INSERT INTO lobml.home_visitors (user_id, opened_at) VALUES ($1, $2)
     ON CONFLICT (user_id) DO UPDATE SET opened_at = greatest(home_visitors.opened_at, excluded.opened_at)`,
    [userId, openedAt],
  );
}
