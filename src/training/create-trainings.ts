import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { type Config, readEnvironment } from '../config/config.js';
import type { Queryable } from '../store/queryable.js';
import { systemClock } from '../time/clock.js';
import { createMachineId } from './machine-id.js';
import {
  createTrainingService,
  type TrainingService,
  type TrainingServiceOptions,
} from './training-service.js';
import { createTrainingStore } from './training-store.js';

type TrainingParts = Pick<
  TrainingServiceOptions,
  'runbook' | 'targets' | 'checks' | 'hostOf' | 'connect' | 'record'
> & {
  readonly config: Pick<Config, 'dataDir'>;
  readonly state: Queryable;
};

/** Trainings that this machine carries, in folders below `DATA_DIR`. */
export function composeTraining({ config, state, ...parts }: TrainingParts): TrainingService {
  const folder = join(resolve(config.dataDir), 'trainings');
  return createTrainingService({
    ...parts,
    store: createTrainingStore(state),
    folder,
    machine: createMachineId(folder, () => `${hostname()}-${randomUUID().slice(0, 8)}`),
    newId: randomUUID,
    clock: systemClock,
    variables: readEnvironment(),
  });
}
