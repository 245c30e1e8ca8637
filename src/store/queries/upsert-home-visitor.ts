import type { Queryable } from '../queryable.js';

export async function upsertHomeVisitor(database: Queryable, userId: string, openedAt: Date): Promise<void> {
  await database.query(
    `INSERT INTO lobml.home_visitors (user_id, opened_at) VALUES ($1, $2)
     ON CONFLICT (user_id) DO UPDATE SET opened_at = greatest(home_visitors.opened_at, excluded.opened_at)`,
    [userId, openedAt],
  );
}
