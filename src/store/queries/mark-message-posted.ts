import type { Queryable } from '../queryable.js';

/** The first id stays: a second copy of the message is not the one that is looked after. */
export async function markMessagePosted(database: Queryable, key: string, ts: string): Promise<void> {
  await database.query('UPDATE lobml.messages SET ts = $2 WHERE key = $1 AND ts IS NULL', [key, ts]);
}
