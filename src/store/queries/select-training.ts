import type { Training } from '../../training/training.js';
import type { Queryable } from '../queryable.js';
import { TRAINING_COLUMNS, trainingRowSchema } from './training-row.js';

export async function selectTraining(database: Queryable, trainingId: string): Promise<Training | undefined> {
  const { rows } = await database.query(
    `SELECT ${TRAINING_COLUMNS} FROM lobml.trainings WHERE training_id = $1`,
    [trainingId],
  );
  return trainingRowSchema.optional().parse(rows[0]);
}
