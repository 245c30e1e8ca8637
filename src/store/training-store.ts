import { z } from 'zod';
import type { Person } from '../domain/check-run.js';
import type { Training } from '../training/training.js';
import { cancelTraining } from './queries/cancel-training.js';
import { type Following, followTraining } from './queries/follow-training.js';
import { insertTraining, type NewTraining } from './queries/insert-training.js';
import { markTrainingShown } from './queries/mark-training-shown.js';
import { selectLiveTrainings } from './queries/select-live-trainings.js';
import { selectTraining } from './queries/select-training.js';
import { selectUnshownTrainings } from './queries/select-unshown-trainings.js';
import { setTrainingMessage } from './queries/set-training-message.js';
import { type TrainingChange, updateTraining } from './queries/update-training.js';
import type { Queryable } from './queryable.js';

export type { Following, NewTraining, TrainingChange };

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
  setMessage(trainingId: string, message: { channel: string; ts: string }): Promise<void>;
  /** Ended since then, while their message shows an earlier state. */
  unshown(strategy: string, since: Date): Promise<readonly Training[]>;
  markShown(trainingId: string, now: Date): Promise<void>;
}

export function createTrainingStore(database: Queryable): TrainingStore {
  return {
    insert: (training) => insertTraining(database, training),
    get: async (id) => (z.uuid().safeParse(id).success ? selectTraining(database, id) : undefined),
    live: (strategy) => selectLiveTrainings(database, strategy),
    follow: (following) => followTraining(database, following),
    update: (id, change) => updateTraining(database, id, change),
    cancel: (id, person) => cancelTraining(database, id, person),
    unshown: (strategy, since) => selectUnshownTrainings(database, strategy, since),
    markShown: (id, now) => markTrainingShown(database, id, now),
    setMessage: (id, message) => setTrainingMessage(database, id, message),
  };
}
