import type { MessageReservation } from '../message-store.js';
import type { Queryable } from '../queryable.js';

/** True where the key is new. */
export async function insertMessage(
  database: Queryable,
  { key, subject, channel, runId }: MessageReservation,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `INSERT INTO lobml.messages (key, subject, channel, run_id, reserved_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (key) DO NOTHING`,
    [key, subject, channel, runId ?? null, now],
  );
  return rowCount === 1;
}
