import type { Training } from '../../training/training.js';
import type { Queryable } from '../queryable.js';
import { TRAINING_COLUMNS, trainingRowSchema } from './training-row.js';

/** The trainings that have ended since then, and whose message does not show it yet. */
export async function selectUnshownTrainings(
  database: Queryable,
  strategy: string,
  since: Date,
): Promise<readonly Training[]> {
  const { rows } = await database.query(
    `SELECT ${TRAINING_COLUMNS} FROM lobml.trainings
     WHERE strategy = $1 AND ended_at >= $2 AND shown_at IS NULL AND message_ts IS NOT NULL ORDER BY ended_at`,
    [strategy, since],
  );
  return rows.map((row) => trainingRowSchema.parse(row));
}
