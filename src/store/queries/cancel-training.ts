import type { Person } from '../../domain/check-run.js';
import type { Queryable } from '../queryable.js';

/** The first who asks stands as the one who cancelled. False where it has ended, or somebody asked before. */
export async function cancelTraining(
  database: Queryable,
  trainingId: string,
  person: Person,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `UPDATE lobml.trainings SET cancel_requested = $2
     WHERE training_id = $1 AND cancel_requested IS NULL AND state IN ('checking', 'running', 'judging')`,
    [trainingId, JSON.stringify(person)],
  );
  return rowCount === 1;
}
