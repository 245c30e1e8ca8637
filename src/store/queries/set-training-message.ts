import type { Queryable } from '../queryable.js';

export async function setTrainingMessage(
  database: Queryable,
  trainingId: string,
  message: { readonly channel: string; readonly ts: string },
): Promise<void> {
  await database.query('UPDATE lobml.trainings SET channel = $2, message_ts = $3 WHERE training_id = $1', [
    trainingId,
    message.channel,
    message.ts,
  ]);
}
