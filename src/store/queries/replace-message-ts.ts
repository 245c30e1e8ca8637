import type { Queryable } from '../queryable.js';

/** Of two replicas that post a deleted message anew, the first one's stays. */
export async function replaceMessageTs(
  database: Queryable,
  key: string,
  formerTs: string,
  ts: string,
): Promise<void> {
  await database.query('UPDATE lobml.messages SET ts = $3 WHERE key = $1 AND ts = $2', [key, formerTs, ts]);
}
