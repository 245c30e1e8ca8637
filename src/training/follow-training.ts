import { isLive, type Training } from '../domain/training.js';
import type { Clock } from '../time/clock.js';
import { existingTraining, type TrainingStore } from './training-store.js';

export interface FollowOptions {
  /** Told when something has changed, and now and then while nothing has: time has passed. */
  readonly onChange: (training: Training) => void;
  readonly signal?: AbortSignal;
}

interface Follower {
  readonly store: Pick<TrainingStore, 'get'>;
  readonly clock: Clock;
  /** @returns how long to wait before the next one, where it changed nothing */
  step(training: Training, signal: AbortSignal | undefined): Promise<number>;
  /** So that the next bot need not wait for the end of the lease. */
  letGo(training: Training): Promise<void>;
}

/** So often at least the elapsed time is shown anew. */
const SHOW_EVERY_MS = 5_000;

/** Step by step to a training's end, or until the signal aborts. @throws Error for an id that does not exist */
export async function followTraining(
  { store, clock, step, letGo }: Follower,
  trainingId: string,
  { onChange, signal }: FollowOptions,
): Promise<Training> {
  let shown = { state: '', at: 0 };
  for (;;) {
    const training = await existingTraining(store, trainingId);
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
    const after = await existingTraining(store, trainingId);
    // A step that changed the state is followed by the next one at once.
    if (after.state === training.state) await clock.sleep(waitMs, signal).catch(() => {});
  }
}
