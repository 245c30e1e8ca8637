import { z } from 'zod';
import { instantSchema } from '../domain/instant.js';
import type { Person } from '../domain/person.js';
import { type Training, trainingSchema } from '../domain/training.js';
import type { SubjectChanged } from '../messages/subject.js';
import type { Queryable } from '../store/queryable.js';
import type { Transact } from '../store/transaction.js';

const TRAINING_COLUMNS = `training_id AS "trainingId", strategy, target, horizon,
  lookback_hours AS "lookbackHours", model_name AS "modelName", machine, state, requested_by AS "requestedBy", locale,
  override_reason AS "overrideReason", checks, progress, result, failure, cancel_requested AS "cancelRequested",
  created_at AS "createdAt", started_at AS "startedAt", ended_at AS "endedAt"`;

const trainingRowSchema = trainingSchema.extend({
  createdAt: instantSchema,
  startedAt: instantSchema.nullable(),
  endedAt: instantSchema.nullable(),
});

/** The first who asks stands as the one who cancelled. False where it has ended, or somebody asked before. */
async function cancelTraining(database: Queryable, trainingId: string, person: Person): Promise<boolean> {
  const { rowCount } = await database.query(
    `UPDATE lobml.trainings SET cancel_requested = $2
     WHERE training_id = $1 AND cancel_requested IS NULL AND state IN ('checking', 'running', 'judging')`,
    [trainingId, JSON.stringify(person)],
  );
  return rowCount === 1;
}

interface Following {
  readonly trainingId: string;
  readonly follower: string;
  readonly now: Date;
  readonly until: Date;
}

/** Takes or renews the right to carry a training on; false while another follower holds it. */
async function followTraining(
  database: Queryable,
  { trainingId, follower, now, until }: Following,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `UPDATE lobml.trainings SET follower = $2, followed_until = $4
     WHERE training_id = $1 AND state IN ('checking', 'running', 'judging')
       AND (follower = $2 OR followed_until IS NULL OR followed_until < $3)`,
    [trainingId, follower, now, until],
  );
  return rowCount === 1;
}

type NewTraining = Pick<
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
async function insertTraining(database: Queryable, training: NewTraining): Promise<boolean> {
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

/** The trainings that go on, oldest first. */
async function selectLiveTrainings(database: Queryable, strategy: string): Promise<readonly Training[]> {
  const { rows } = await database.query(
    `SELECT ${TRAINING_COLUMNS} FROM lobml.trainings
     WHERE strategy = $1 AND state IN ('checking', 'running', 'judging') ORDER BY created_at`,
    [strategy],
  );
  return rows.map((row) => trainingRowSchema.parse(row));
}

async function selectTraining(database: Queryable, trainingId: string): Promise<Training | undefined> {
  const { rows } = await database.query(
    `SELECT ${TRAINING_COLUMNS} FROM lobml.trainings WHERE training_id = $1`,
    [trainingId],
  );
  return trainingRowSchema.optional().parse(rows[0]);
}

export type TrainingChange = Partial<
  Pick<Training, 'state' | 'checks' | 'progress' | 'result' | 'failure' | 'startedAt' | 'endedAt'>
>;

/** Changes what is given, while the training goes on; what has ended stays as it is. */
async function updateTraining(
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

/** Trainings, for every replica and after every restart. */
export interface TrainingStore {
  /** False where a training of this horizon goes on already. */
  insert(training: NewTraining): Promise<boolean>;
  /** Undefined for an id that does not exist or is no id at all. */
  get(trainingId: string): Promise<Training | undefined>;
  live(strategy: string): Promise<readonly Training[]>;
  follow(following: Following): Promise<boolean>;
  update(trainingId: string, change: TrainingChange): Promise<void>;
  cancel(trainingId: string, person: Person): Promise<boolean>;
}

interface TrainingStoreParts {
  readonly database: Queryable;
  readonly transact: Transact;
  readonly subjectChanged: SubjectChanged;
}

export function createTrainingStore({
  database,
  transact,
  subjectChanged,
}: TrainingStoreParts): TrainingStore {
  const change = <T>(trainingId: string, write: (client: Queryable) => Promise<T>): Promise<T> =>
    transact(async (client) => {
      const result = await write(client);
      await subjectChanged(client, `training:${trainingId}`);
      return result;
    });
  return {
    insert: (training) => insertTraining(database, training),
    get: async (id) => (z.uuid().safeParse(id).success ? selectTraining(database, id) : undefined),
    live: (strategy) => selectLiveTrainings(database, strategy),
    follow: (following) => followTraining(database, following),
    update: (id, what) => change(id, (client) => updateTraining(client, id, what)),
    cancel: (id, person) => change(id, (client) => cancelTraining(client, id, person)),
  };
}

/** @throws Error for an id that does not exist */
export async function existingTraining(
  store: Pick<TrainingStore, 'get'>,
  trainingId: string,
): Promise<Training> {
  const training = await store.get(trainingId);
  if (training === undefined) throw new Error(`there is no training ${trainingId}`);
  return training;
}
