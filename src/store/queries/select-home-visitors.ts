import { z } from 'zod';
import type { Queryable } from '../queryable.js';

const rowsSchema = z.array(z.object({ userId: z.string() }));

/** The most recent first. */
export async function selectHomeVisitors(
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
