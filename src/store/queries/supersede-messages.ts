import type { Queryable } from '../queryable.js';
import { MESSAGE_COLUMNS, messageRowsSchema, type StoredMessage } from './message-row.js';

/**
 * Marks all but the newest message on the subject of `key`, in every channel, and returns those that this call marked.
 * A message that is not known to have been posted is left to the call that follows its post.
 */
export async function supersedeMessages(
  database: Queryable,
  key: string,
  now: Date,
): Promise<readonly StoredMessage[]> {
  const { rows } = await database.query(
    `UPDATE lobml.messages SET superseded_at = $2
     WHERE superseded_at IS NULL AND ts IS NOT NULL AND subject = (
         SELECT newer.subject FROM lobml.messages newer WHERE newer.key = $1)
       AND (reserved_at, key) < (
         SELECT newest.reserved_at, newest.key FROM lobml.messages newest, lobml.messages mine
         WHERE mine.key = $1 AND newest.subject = mine.subject
           AND newest.superseded_at IS NULL AND newest.ts IS NOT NULL
         ORDER BY newest.reserved_at DESC, newest.key DESC LIMIT 1)
     RETURNING ${MESSAGE_COLUMNS}`,
    [key, now],
  );
  return messageRowsSchema.parse(rows);
}

/** Marks the posted messages on a subject that are older than a moment, and returns those that this call marked. */
export async function supersedeMessagesBefore(
  database: Queryable,
  { subject, before }: { readonly subject: string; readonly before: Date },
  now: Date,
): Promise<readonly StoredMessage[]> {
  const { rows } = await database.query(
    `UPDATE lobml.messages SET superseded_at = $3
     WHERE superseded_at IS NULL AND ts IS NOT NULL AND subject = $1 AND reserved_at < $2
     RETURNING ${MESSAGE_COLUMNS}`,
    [subject, before, now],
  );
  return messageRowsSchema.parse(rows);
}
