import type { Queryable } from '../queryable.js';

/** A halt of the target that goes on, or that was asked for after this moment. */
export async function selectHaltInTheWay(
  database: Queryable,
  { strategy, target }: { readonly strategy: string; readonly target: string },
  since: string,
): Promise<{ readonly by: string; readonly since: string } | undefined> {
  const { rows } = await database.query<{ readonly by: string; readonly since: Date }>(
    `SELECT requested_by->>'name' AS by, requested_at AS since FROM lobml.halts
     WHERE strategy = $1 AND target = $2 AND (ended_at IS NULL OR requested_at > $3)
     ORDER BY requested_at DESC LIMIT 1`,
    [strategy, target, since],
  );
  return rows.map((row) => ({ by: row.by, since: row.since.toISOString() }))[0];
}
