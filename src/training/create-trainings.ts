import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { type Config, trainingEnvironment } from '../config/config.js';
import { subjectChanged } from '../messages/message-jobs.js';
import type { Platform } from '../platform/platform.js';
import { createMachineId } from './machine-id.js';
import {
  createTrainingService,
  type TrainingService,
  type TrainingServiceOptions,
} from './training-service.js';
import { createTrainingStore } from './training-store.js';

interface TrainingParts
  extends Pick<TrainingServiceOptions, 'runbook' | 'targets' | 'checks' | 'connect' | 'record' | 'layOutLog'>,
    Pick<Platform, 'hosts' | 'database' | 'clock'> {
  readonly config: Pick<Config, 'dataDir' | 'trainingDatabaseUrl' | 'tradingDatabaseUrl'>;
}

/** Trainings that this machine carries, in folders below `DATA_DIR`. */
export function createTrainings({ config, hosts, database, ...parts }: TrainingParts): TrainingService {
  const folder = join(resolve(config.dataDir), 'trainings');
  return createTrainingService({
    ...parts,
    hostOf: hosts.of,
    store: createTrainingStore({ database, transact: database.transact, subjectChanged }),
    folder,
    machine: createMachineId(folder, () => `${hostname()}-${randomUUID().slice(0, 8)}`),
    newId: randomUUID,
    variables: trainingEnvironment(config),
  });
}
