import type { Training } from '../../training/training.js';
import type { Queryable } from '../queryable.js';
import { TRAINING_COLUMNS, trainingRowSchema } from './training-row.js';

/** The trainings that go on, oldest first. */
export async function selectLiveTrainings(
  database: Queryable,
  strategy: string,
): Promise<readonly Training[]> {
  const { rows } = await database.query(
    `SELECT ${TRAINING_COLUMNS} FROM lobml.trainings
     WHERE strategy = $1 AND state IN ('checking', 'running', 'judging') ORDER BY created_at`,
    [strategy],
  );
  return rows.map((row) => trainingRowSchema.parse(row));
}
