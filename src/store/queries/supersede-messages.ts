import type { Queryable } from '../queryable.js';
import { MESSAGE_COLUMNS, messageRowsSchema, type StoredMessage } from './message-row.js';

/** Marks the older messages on the same subject and channel, and returns those that this call marked. */
export async function supersedeMessages(
  database: Queryable,
  key: string,
  now: Date,
): Promise<readonly StoredMessage[]> {
  const { rows } = await database.query(
    `UPDATE lobml.messages SET superseded_at = $2
     WHERE superseded_at IS NULL AND (channel, subject) = (
         SELECT newer.channel, newer.subject FROM lobml.messages newer WHERE newer.key = $1)
       AND (reserved_at, key) < (
         SELECT newer.reserved_at, newer.key FROM lobml.messages newer WHERE newer.key = $1)
     RETURNING ${MESSAGE_COLUMNS}`,
    [key, now],
  );
  return messageRowsSchema.parse(rows);
}
