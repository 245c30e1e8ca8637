import type { Queryable } from '../queryable.js';
import { MESSAGE_COLUMNS, messageRowsSchema, type StoredMessage } from './message-row.js';

/** Oldest first. */
export async function selectMessages(
  database: Queryable,
  by: { readonly column: 'key' | 'run_id' | 'subject'; readonly value: string },
): Promise<readonly StoredMessage[]> {
  const { rows } = await database.query(
    `SELECT ${MESSAGE_COLUMNS} FROM lobml.messages WHERE ${by.column} = $1 ORDER BY reserved_at, key`,
    [by.value],
  );
  return messageRowsSchema.parse(rows);
}
