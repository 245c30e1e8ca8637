import type { Queryable } from '../queryable.js';

/** Its message shows how it ended. */
export async function markTrainingShown(database: Queryable, trainingId: string, now: Date): Promise<void> {
  await database.query('UPDATE lobml.trainings SET shown_at = $2 WHERE training_id = $1', [trainingId, now]);
}
