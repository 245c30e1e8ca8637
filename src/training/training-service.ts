import { join } from 'node:path';
import type { Locale } from '../domain/localized.js';
import type { Person } from '../domain/person.js';
import { isLive, type Training } from '../domain/training.js';
import type { Runbook } from '../runbook/runbook.js';
import type { Target, Targets } from '../runbook/targets.js';
import type { TrainingDefinition } from '../runbook/training.js';
import type { Clock } from '../time/clock.js';
import { type CarryOptions, carryTraining } from './carry-training.js';
import { whyNotWritable } from './judge-training.js';
import { secretValues } from './secret-values.js';
import { modelNameOf, trainerVariables } from './trainer-command.js';
import type { LogPage } from './trainer-log.js';
import { type TrainerPlaceOptions, trainerOf } from './trainer-places.js';
import { cancelEvent, type TrainingEvent } from './training-events.js';
import type { TrainingStore } from './training-store.js';

export interface TrainingRequest {
  readonly horizon: string;
  /** The runbook's default unless given. */
  readonly lookbackHours?: number | undefined;
  readonly requestedBy: Person;
  readonly locale: Locale;
  /** Set: start although the data checks do not pass. */
  readonly overrideReason?: string | undefined;
}

export type TrainingAnswer =
  | { readonly kind: 'started'; readonly training: Training }
  /** One of this horizon goes on already. */
  | { readonly kind: 'busy'; readonly training: Training }
  | { readonly kind: 'no_training' }
  | { readonly kind: 'unknown_horizon'; readonly asked: string; readonly known: readonly string[] }
  | { readonly kind: 'lookback_out_of_range'; readonly most: number }
  | { readonly kind: 'no_staging'; readonly target: string }
  | {
      readonly kind: 'staging_not_writable';
      readonly target: string;
      readonly folder: string;
      readonly code: string;
    };

interface FollowOptions {
  /** Told when something has changed, and now and then while nothing has: time has passed. */
  readonly onChange: (training: Training) => void;
  readonly signal?: AbortSignal;
}

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
    Pick<TrainerPlaceOptions, 'connect'> {
  readonly runbook: Runbook;
  readonly targets: Targets;
  readonly store: TrainingStore;
  /** Absolute: each training has a folder of its own in it. */
  readonly folder: string;
  /** Tells this machine from others that share the database. */
  readonly machine: () => Promise<string>;
  readonly newId: () => string;
  readonly clock: Clock;
  /** How often a trainer is looked at; by default as its place can bear. */
  readonly intervalMs?: number;
  /** How long a follower that says nothing keeps a training from others. */
  readonly leaseMs?: number;
}

/** So often at least the elapsed time is shown anew. */
const SHOW_EVERY_MS = 5_000;
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

  const start = async (request: TrainingRequest): Promise<TrainingAnswer> => {
    const definition = runbook.training;
    if (definition === undefined) return { kind: 'no_training' };
    const answer = await refusalOf(request, definition, targets);
    if ('kind' in answer) return answer;
    const createdAt = now();
    const trainingId = options.newId();
    const isNew = await store.insert({
      trainingId,
      strategy: runbook.strategy,
      target: answer.name,
      horizon: request.horizon,
      lookbackHours: request.lookbackHours ?? definition.lookbackHours,
      modelName: modelNameOf(definition.modelName, request.horizon, createdAt),
      machine: await machine(),
      requestedBy: request.requestedBy,
      locale: request.locale,
      overrideReason: request.overrideReason ?? null,
      createdAt: createdAt.toISOString(),
    });
    if (isNew) return { kind: 'started', training: await existing(store, trainingId) };
    const live = await store.live(runbook.strategy);
    const busy = live.find(({ horizon }) => horizon === request.horizon);
    // It ended in this moment: the next try is free.
    return busy === undefined ? start(request) : { kind: 'busy', training: busy };
  };

  return {
    async start(request) {
      const answer = await start(request);
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
      await options.record(cancelEvent(await existing(store, trainingId), person, now().toISOString()));
      return true;
    },

    async follow(trainingId, { onChange, signal }) {
      let shown = { state: '', at: 0 };
      for (;;) {
        const training = await existing(store, trainingId);
        const state = JSON.stringify(training);
        if (state !== shown.state || clock.now() - shown.at >= SHOW_EVERY_MS) {
          shown = { state, at: clock.now() };
          onChange(training);
        }
        if (!isLive(training)) return training;
        if (signal?.aborted) {
          await letGo(training);
          return training;
        }
        const waitMs = await step(training, signal).catch((error: unknown) => {
          // What is given up in the middle of a step is found again by the next bot.
          if (signal?.aborted) return 0;
          throw error;
        });
        const after = await existing(store, trainingId);
        // A step that changed the state is followed by the next one at once.
        if (after.state === training.state) await clock.sleep(waitMs, signal).catch(() => {});
      }
    },

    async log(training, page) {
      if (training.machine !== (await machine())) return undefined;
      const { variables } = options;
      const own = runbook.training === undefined ? {} : trainerVariables(runbook.training, variables);
      const { trainingId } = training;
      const place = { trainingId, folder: folderOf(training) };
      const trainer = await trainerOf(place, runbook.training, { ...options, now });
      return trainer.logPage(secretValues(own, variables), page);
    },
  };
}

function refusedStart(
  strategy: string,
  { requestedBy, horizon, lookbackHours, overrideReason }: TrainingRequest,
  answer: Exclude<TrainingAnswer, { kind: 'started' }> | { readonly kind: 'forbidden' },
  at: Date,
): TrainingEvent {
  const going = answer.kind === 'busy' ? answer.training.trainingId : undefined;
  return {
    kind: 'training.refused',
    strategy,
    target: null,
    actor: requestedBy,
    at: at.toISOString(),
    reason: overrideReason ?? null,
    details: { because: answer.kind, horizon, lookbackHours, goingOn: going },
  };
}

async function refusalOf(
  { horizon, lookbackHours }: TrainingRequest,
  definition: TrainingDefinition,
  { targets, defaultTarget }: Targets,
): Promise<Exclude<TrainingAnswer, { kind: 'started' | 'busy' }> | Target> {
  if (!definition.horizons.includes(horizon))
    return { kind: 'unknown_horizon', asked: horizon, known: definition.horizons };
  const hours = lookbackHours ?? definition.lookbackHours;
  if (!Number.isInteger(hours) || hours < 1 || hours > definition.maxLookbackHours) {
    return { kind: 'lookback_out_of_range', most: definition.maxLookbackHours };
  }
  const name = definition.target ?? defaultTarget;
  const target = targets.get(name);
  const folder = target?.staging;
  const code = folder === undefined ? 'ENOENT' : await whyNotWritable(folder);
  if (target === undefined || folder === undefined || code === 'ENOENT' || code === 'ENOTDIR') {
    return { kind: 'no_staging', target: name };
  }
  return code === undefined ? target : { kind: 'staging_not_writable', target: name, folder, code };
}

async function existing(store: Pick<TrainingStore, 'get'>, trainingId: string): Promise<Training> {
  const training = await store.get(trainingId);
  if (training === undefined) throw new Error(`there is no training ${trainingId}`);
  return training;
}
