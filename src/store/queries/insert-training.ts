import type { Training } from '../../training/training.js';
import type { Queryable } from '../queryable.js';

export type NewTraining = Pick<
  Training,
  | 'trainingId'
  | 'strategy'
  | 'target'
  | 'horizon'
  | 'lookbackHours'
  | 'modelName'
  | 'machine'
  | 'requestedBy'
  | 'locale'
  | 'overrideReason'
  | 'createdAt'
>;

/** False where a training of this horizon goes on already. */
export async function insertTraining(database: Queryable, training: NewTraining): Promise<boolean> {
  const { rowCount } = await database.query(
    `INSERT INTO lobml.trainings (training_id, strategy, target, horizon, lookback_hours, model_name, machine, state,
       requested_by, locale, override_reason, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'checking', $8, $9, $10, $11)
     ON CONFLICT (strategy, horizon) WHERE state IN ('checking', 'running', 'judging') DO NOTHING`,
    [
      training.trainingId,
      training.strategy,
      training.target,
      training.horizon,
      training.lookbackHours,
      training.modelName,
      training.machine,
      JSON.stringify(training.requestedBy),
      training.locale,
      training.overrideReason,
      training.createdAt,
    ],
  );
  return rowCount === 1;
}
