import { join } from 'node:path';
import { type LogPage, logPageOf } from '../domain/log-page.js';
import type { Person } from '../domain/person.js';
import type { Training } from '../domain/training.js';
import { type CarryOptions, carryTraining } from './carry-training.js';
import { type FollowOptions, followTraining } from './follow-training.js';
import { secretValues } from './secret-values.js';
import {
  refusedStart,
  type StartOptions,
  startTraining,
  type TrainingAnswer,
  type TrainingRequest,
} from './start-training.js';
import { trainerVariables } from './trainer-command.js';
import { concealedLog } from './trainer-log.js';
import { type TrainerPlaceOptions, trainerOf } from './trainer-places.js';
import { cancelEvent } from './training-events.js';
import { existingTraining, type TrainingStore } from './training-store.js';

export interface TrainingService {
  start(request: TrainingRequest): Promise<TrainingAnswer>;
  /** Notes that somebody who may not start one has tried. */
  forbid(request: TrainingRequest): Promise<void>;
  get(trainingId: string): Promise<Training | undefined>;
  /** The trainings that go on. */
  live(): Promise<readonly Training[]>;
  /** False where it has ended, or somebody has cancelled it before. */
  cancel(trainingId: string, person: Person): Promise<boolean>;
  /**
   * Carries a training on, or watches the one who does, until it has ended or the signal aborts; the trainer itself
   * goes on then. @throws Error for an id that does not exist.
   */
  follow(trainingId: string, options: FollowOptions): Promise<Training>;
  /** undefined: it is on another machine, or on a host that does not answer now. */
  log(training: Training, page?: number): Promise<LogPage | undefined>;
}

export interface TrainingServiceOptions
  extends Pick<CarryOptions, 'hostOf' | 'checks' | 'variables' | 'record'>,
    Pick<TrainerPlaceOptions, 'connect'>,
    StartOptions {
  readonly store: TrainingStore;
  /** Absolute: each training has a folder of its own in it. */
  readonly folder: string;
  /** Lays out a page of a log, where that may take its time; here unless given. */
  readonly layOutLog?: ((log: string, page: number | undefined) => Promise<LogPage>) | undefined;
  /** How often a trainer is looked at; by default as its place can bear. */
  readonly intervalMs?: number;
  /** How long a follower that says nothing keeps a training from others. */
  readonly leaseMs?: number;
}

/** Who only watches another bot carry it on looks so often. */
const WATCH_EVERY_MS = 1_500;

export function createTrainingService(options: TrainingServiceOptions): TrainingService {
  const { runbook, targets, store, clock, machine, leaseMs = 15_000 } = options;
  const now = () => new Date(clock.now());
  const follower = options.newId();
  const folderOf = ({ trainingId }: Pick<Training, 'trainingId'>) => join(options.folder, trainingId);

  /** @returns whether this machine may carry it on now. */
  const mayCarry = async (training: Training): Promise<boolean> => {
    if (training.machine !== (await machine())) return false;
    const until = new Date(clock.now() + leaseMs);
    return store.follow({ trainingId: training.trainingId, follower, now: now(), until });
  };

  /** So that the next bot need not wait for the end of the lease. */
  const letGo = async ({ trainingId }: Training): Promise<void> => {
    await store.follow({ trainingId, follower, now: now(), until: now() });
  };

  /** @returns how long to wait before the next one, where it changed nothing */
  const step = async (training: Training, signal: AbortSignal | undefined): Promise<number> => {
    const { intervalMs = WATCH_EVERY_MS } = options;
    const definition = runbook.training;
    const target = targets.targets.get(training.target);
    if (definition === undefined || target === undefined || !(await mayCarry(training))) return intervalMs;
    const folder = folderOf(training);
    const { trainingId } = training;
    const trainer = await trainerOf({ trainingId, folder }, definition, { ...options, now, signal });
    await carryTraining(training, { ...options, definition, target, folder, trainer, now });
    return options.intervalMs ?? trainer.lookEveryMs;
  };

  return {
    async start(request) {
      const answer = await startTraining(options, request);
      if (answer.kind !== 'started')
        await options.record(refusedStart(runbook.strategy, request, answer, now()));
      return answer;
    },

    forbid: (request) =>
      options.record(refusedStart(runbook.strategy, request, { kind: 'forbidden' }, now())),
    get: (trainingId) => store.get(trainingId),
    live: () => store.live(runbook.strategy),
    async cancel(trainingId, person) {
      if (!(await store.cancel(trainingId, person))) return false;
      await options.record(
        cancelEvent(await existingTraining(store, trainingId), person, now().toISOString()),
      );
      return true;
    },

    follow: (trainingId, wanted) => followTraining({ store, clock, step, letGo }, trainingId, wanted),

    async log(training, page) {
      if (training.machine !== (await machine())) return undefined;
      const { variables } = options;
      const own = runbook.training === undefined ? {} : trainerVariables(runbook.training, variables);
      const { trainingId } = training;
      const place = { trainingId, folder: folderOf(training) };
      const trainer = await trainerOf(place, runbook.training, { ...options, now });
      const log = await trainer.log();
      if (log === undefined) return undefined;
      const concealed = await concealedLog(log, secretValues(own, variables));
      return options.layOutLog?.(concealed, page) ?? logPageOf(concealed, page);
    },
  };
}
