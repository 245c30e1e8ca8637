import { subDays } from 'date-fns/subDays';
import type { Queryable } from './queryable.js';

/** Slack's last retry comes minutes later; a day is room for clocks that differ. */
const KEPT_DAYS = 1;
const PRUNED_AT_ONCE = 100;

/**
 * True for the first who claims a delivery, false for every later one on whichever replica. Old claims are removed
 * on the way, some at a time, and none for which another replica holds the row.
 *
 * @param key Slack's id of the delivery (`event_id`, `trigger_id` and the like)
 */
export async function claimDelivery(database: Queryable, key: string, now: Date): Promise<boolean> {
  const { rowCount } = await database.query(
    `WITH pruned AS (
       DELETE FROM lobml.deliveries WHERE key IN (
         SELECT key FROM lobml.deliveries WHERE received_at < $3 AND key <> $1
         ORDER BY received_at LIMIT $4 FOR UPDATE SKIP LOCKED))
     INSERT INTO lobml.deliveries (key, received_at) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING`,
    [key, now, subDays(now, KEPT_DAYS), PRUNED_AT_ONCE],
  );
  return rowCount === 1;
}
