import type { Training } from '../../training/training.js';
import type { Queryable } from '../queryable.js';

export type TrainingChange = Partial<
  Pick<Training, 'state' | 'checks' | 'progress' | 'result' | 'failure' | 'startedAt' | 'endedAt'>
>;

/** Changes what is given, while the training goes on; what has ended stays as it is. */
export async function updateTraining(
  database: Queryable,
  trainingId: string,
  change: TrainingChange,
): Promise<void> {
  const json = (value: unknown) => (value === undefined || value === null ? null : JSON.stringify(value));
  await database.query(
    `UPDATE lobml.trainings SET
       state = coalesce($2, state), checks = coalesce($3::json, checks), progress = coalesce($4::json, progress),
       result = coalesce($5::json, result), failure = coalesce($6::json, failure),
       started_at = coalesce($7, started_at), ended_at = coalesce($8, ended_at)
     WHERE training_id = $1 AND state IN ('checking', 'running', 'judging')`,
    [
      trainingId,
      change.state ?? null,
      json(change.checks),
      json(change.progress),
      json(change.result),
      json(change.failure),
      change.startedAt ?? null,
      change.endedAt ?? null,
    ],
  );
}
