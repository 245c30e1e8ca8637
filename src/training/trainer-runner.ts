import type { TrainingFailure } from '../domain/training.js';
import type { LogPage } from './trainer-log.js';
import type { TrainerJob, TrainerState } from './trainer-process.js';

/** Where one training runs. Adapters: this machine, and a host behind ssh. */
export interface TrainerRunner {
  /** The training's folder on the machine where it runs: the trainer writes its model there. */
  readonly folder: string;
  /** How often it is looked at, at most. */
  readonly lookEveryMs: number;
  /** Starting twice runs the trainer once. @returns why it cannot run there at all @throws TrainerAway */
  start(job: TrainerJob): Promise<TrainingFailure | undefined>;
  /** @throws TrainerAway */
  look(): Promise<TrainerState>;
  /** See `giveUpTrainer`. @throws TrainerAway */
  giveUp(): Promise<boolean>;
  /** Asks the trainer to end; it is killed where it does not. @throws TrainerAway */
  cancel(): Promise<void>;
  /** Kills a trainer that has outlived who ran it. @throws TrainerAway */
  endOrphan(): Promise<void>;
  /** The end of its log, for progress. @throws TrainerAway */
  logTail(secrets: readonly string[]): Promise<string>;
  /** undefined: there is no log, or it cannot be had now. */
  logPage(secrets: readonly string[], page?: number): Promise<LogPage | undefined>;
  /** Brings what it wrote to the bot's machine, where the gate judges it. @throws TrainerAway */
  fetchOutputs(): Promise<TrainingFailure | undefined>;
}

/** The machine does not answer, so nobody knows what the trainer does: neither that it runs nor that it does not. */
export class TrainerAway extends Error {
  override readonly name = 'TrainerAway';
  readonly host: string;
  /** When the machine last answered about this training. */
  readonly heardAt: Date | undefined;
  constructor(host: string, heardAt: Date | undefined, cause: unknown) {
    super(`${host} does not answer about a training`, { cause });
    this.host = host;
    this.heardAt = heardAt;
  }
}
