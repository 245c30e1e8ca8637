import { join } from 'node:path';
import { stoppingChecks } from '../domain/stopping-checks.js';
import type { Training, TrainingFailure, TrainingProgress } from '../domain/training.js';
import { errnoOf } from '../machine/errno.js';
import { forHorizon } from './data-checks.js';
import { type JudgeOptions, judgeTraining, META_FILE, MODEL_FILE, stageModel } from './judge-training.js';
import { readProgress } from './read-progress.js';
import { secretValues, type Variables } from './secret-values.js';
import type { Trainer } from './trainer.js';
import { fillCommand, trainerVariables } from './trainer-command.js';
import { TrainerAway, type TrainerExit } from './trainer-state.js';
import {
  endedEvent,
  overriddenEvent,
  type RecordTraining,
  requestedEvent,
  startedEvent,
} from './training-events.js';
import type { TrainingChange, TrainingStore } from './training-store.js';

export interface CarryOptions extends JudgeOptions {
  readonly store: Pick<TrainingStore, 'get' | 'update'>;
  /** The training's own folder on this machine. */
  readonly folder: string;
  readonly trainer: Trainer;
  /** The bot's own: what the runbook names of them goes to the trainer, what is secret stays out of its log. */
  readonly variables: Variables;
  readonly record: RecordTraining;
  readonly now: () => Date;
}

/** A started trainer shows itself within this time, or it never started. */
const START_WITHIN_MS = 15_000;
/** So long after its time limit a trainer has certainly been ended, by whoever runs it. */
const ENDED_AFTER_MS = 60_000;

/** Takes a training one step further; whatever it knows stands in the database and in the training's folder. */
export async function carryTraining(training: Training, options: CarryOptions): Promise<void> {
  try {
    await takeStep(training, options);
  } catch (error) {
    if (!(error instanceof TrainerAway)) throw error;
    await waitFor(error, training, options);
  }
}

/** Nothing is said of a trainer whose machine is away, until it has ended by its time limit wherever it is. */
async function waitFor(
  { host, heardAt }: TrainerAway,
  training: Training,
  options: CarryOptions,
): Promise<void> {
  const { timeLimitMinutes } = options.definition;
  const lastKnown = Math.max(Date.parse(training.startedAt ?? training.createdAt), heardAt?.getTime() ?? 0);
  const waitedMs = options.now().getTime() - lastKnown;
  if (waitedMs < timeLimitMinutes * 60_000 + ENDED_AFTER_MS) {
    if (training.progress?.away === host) return undefined;
    const known = training.progress ?? { fraction: undefined, figures: {}, lastLine: '' };
    return options.store.update(training.trainingId, { progress: { ...known, away: host } });
  }
  if (training.cancelRequested !== null) return end(training, options, { state: 'cancelled' });
  return fail(training, options, {
    code: 'host_away',
    facts: { host, minutes: Math.floor(waitedMs / 60_000) },
  });
}

async function takeStep(training: Training, options: CarryOptions): Promise<void> {
  switch (training.state) {
    case 'checking':
      return checkData(training, options);
    case 'running':
      return training.cancelRequested === null
        ? followTrainer(training, options)
        : cancelRunning(training, options);
    case 'judging':
      return judge(training, options);
    default:
      return undefined;
  }
}

async function checkData(training: Training, options: CarryOptions): Promise<void> {
  const { definition, checks: service, target, record } = options;
  await record(requestedEvent(training));
  const definitions = definition.checks.map((check) => forHorizon(check, training.horizon));
  const checks = await service.examine({ target, checks: definitions });
  const asked = await cancelledNow(training, options);
  if (asked !== undefined) return end(asked, options, { state: 'cancelled', checks });
  const isStopped = stoppingChecks(checks).length > 0;
  if (isStopped && training.overrideReason === null) {
    return end(training, options, { state: 'refused', checks });
  }
  const startedAt = options.now().toISOString();
  if (isStopped) await record(overriddenEvent(training, checks, startedAt));
  await record(startedEvent(training, checks, startedAt));
  return options.store.update(training.trainingId, { state: 'running', checks, startedAt });
}

async function followTrainer(training: Training, options: CarryOptions): Promise<void> {
  const { trainer, definition, store } = options;
  const found = await trainer.look();
  switch (found.kind) {
    case 'none':
      return start(training, found.askedAt, options);
    case 'given_up':
      return fail(training, options, { code: 'not_started', facts: { code: 'timeout' } });
    case 'running': {
      const progress = await progressOf(options);
      if (JSON.stringify(progress) === JSON.stringify(training.progress)) return undefined;
      return store.update(training.trainingId, { progress });
    }
    case 'lost':
      await trainer.endOrphan();
      return fail(training, options, { code: 'lost', facts: {} });
    case 'ended': {
      const progress = await progressOf(options);
      const failure = failureOf(found.exit, definition.timeLimitMinutes);
      if (failure === undefined) return store.update(training.trainingId, { state: 'judging', progress });
      return end(training, options, { state: 'failed', failure, progress });
    }
  }
}

async function progressOf({ trainer, definition, variables }: CarryOptions): Promise<TrainingProgress> {
  const secrets = secretValues(trainerVariables(definition, variables), variables);
  return readProgress(await trainer.logTail(secrets), definition.progress);
}

async function start(training: Training, askedAt: Date | undefined, options: CarryOptions): Promise<void> {
  const { trainer, definition, variables, now } = options;
  if (askedAt !== undefined && now().getTime() - askedAt.getTime() > START_WITHIN_MS) {
    // A runner that was faster is found by the next step.
    if (!(await trainer.giveUp())) return undefined;
    return fail(training, options, { code: 'not_started', facts: { code: 'timeout' } });
  }
  const values = {
    horizon: training.horizon,
    lookbackHours: String(training.lookbackHours),
    output: join(trainer.folder, MODEL_FILE),
    meta: join(trainer.folder, META_FILE),
    name: training.modelName,
  };
  const environment = trainerVariables(definition, variables);
  const failure = await trainer.start({
    command: fillCommand(definition.command, values),
    environment,
    secrets: secretValues(environment, variables),
    timeLimitMs: definition.timeLimitMinutes * 60_000,
    memoryLimitBytes: definition.memoryLimitMib * 1024 * 1024,
  });
  return failure === undefined ? undefined : fail(training, options, failure);
}

async function cancelRunning(training: Training, options: CarryOptions): Promise<void> {
  const { trainer } = options;
  const { kind } = await trainer.look();
  if (kind === 'running' || kind === 'lost') await trainer.cancel();
  if (kind === 'running') return undefined; // it says itself when it has ended
  // One that shows itself in this moment is cancelled by the next step.
  if (kind === 'none' && !(await trainer.giveUp())) return undefined;
  return end(training, options, { state: 'cancelled' });
}

async function judge(training: Training, options: CarryOptions): Promise<void> {
  const { folder, target, trainer } = options;
  if (training.cancelRequested !== null) return end(training, options, { state: 'cancelled' });
  const notFetched = await trainer.fetchOutputs();
  if (notFetched !== undefined) return fail(training, options, notFetched);
  const judgement = await judgeTraining(folder, training, options);
  const asked = await cancelledNow(training, options);
  if (asked !== undefined) return end(asked, options, { state: 'cancelled' });
  if (judgement.kind === 'failed') return fail(training, options, judgement.failure);
  const { result, metaSha256 } = judgement;
  const isFit = result.check.outcome === 'PASS' || result.check.outcome === 'WARN';
  if (!isFit || target.staging === undefined) return end(training, options, { state: 'finished', result });
  try {
    const stagedAs = await stageModel(folder, target.staging, training.modelName, {
      sha256: result.sha256,
      metaSha256,
    });
    return await end(training, options, { state: 'finished', result: { ...result, stagedAs } });
  } catch (error) {
    const code = errnoOf(error) ?? 'unknown';
    return fail(training, options, { code: 'not_staged', facts: { folder: target.staging, code } });
  }
}

/** The training as it stands now, where somebody has cancelled it meanwhile. */
async function cancelledNow(
  { trainingId }: Training,
  { store }: CarryOptions,
): Promise<Training | undefined> {
  const training = await store.get(trainingId);
  return training?.cancelRequested == null ? undefined : training;
}

const fail = (training: Training, options: CarryOptions, failure: TrainingFailure): Promise<void> =>
  end(training, options, { state: 'failed', failure });

/** Told before it is so: what is told again after a crash stands once. */
async function end(training: Training, { store, record, now }: CarryOptions, change: TrainingChange) {
  const endedAt = now().toISOString();
  await record(endedEvent(training, change, endedAt));
  await store.update(training.trainingId, { ...change, endedAt });
}

/** undefined: it ended as it should. */
function failureOf(exit: TrainerExit, timeLimitMinutes: number): TrainingFailure | undefined {
  switch (exit.because) {
    case 'not_started':
      return { code: 'not_started', facts: { code: exit.detail ?? 'unknown' } };
    case 'timed_out':
      return { code: 'timed_out', facts: { minutes: timeLimitMinutes } };
    case 'cancelled':
      return { code: 'trainer_failed', facts: { exit: 'SIGTERM' } };
    case 'exited':
      if (exit.code === 0) return undefined;
      return { code: 'trainer_failed', facts: { exit: exit.signal ?? exit.code ?? 'unknown' } };
  }
}
