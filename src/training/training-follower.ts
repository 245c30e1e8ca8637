import type { Clock } from '../clock.js';
import type { Training } from './training.js';
import type { TrainingService } from './training-service.js';

export interface TrainingFollower {
  /** Stops following; the trainers go on. */
  stop(): Promise<void>;
}

export interface TrainingFollowerOptions {
  readonly trainings: Pick<TrainingService, 'live' | 'follow'>;
  /** Shows a training's present state in its message. */
  readonly show: (training: Training) => Promise<void>;
  readonly onError: (error: unknown) => void;
  readonly clock: Clock;
  readonly intervalMs?: number;
}

/** Finds the trainings that go on, also those of before a restart, and follows each one to its end. */
export function followTrainings(options: TrainingFollowerOptions): TrainingFollower {
  const { trainings, clock, onError, intervalMs = 1_000 } = options;
  const stopping = new AbortController();
  const following = new Map<string, Promise<void>>();

  const follow = async (trainingId: string): Promise<void> => {
    const show = lastWins(options.show, onError);
    try {
      await trainings.follow(trainingId, { onChange: show.show, signal: stopping.signal });
    } catch (error) {
      onError(error);
    } finally {
      await show.idle();
      following.delete(trainingId);
    }
  };

  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        for (const { trainingId } of await trainings.live()) {
          if (!following.has(trainingId)) following.set(trainingId, follow(trainingId));
        }
      } catch (error) {
        onError(error);
      }
      await clock.sleep(intervalMs, stopping.signal).catch(() => {});
    }
  };
  const watching = watch();

  return {
    async stop() {
      stopping.abort();
      await watching;
      await Promise.all(following.values());
    },
  };
}

/** One at a time; of what comes in meanwhile only the newest is shown. */
function lastWins(show: (training: Training) => Promise<void>, onError: (error: unknown) => void) {
  let next: Training | undefined;
  let showing: Promise<void> | undefined;
  const run = async () => {
    while (next !== undefined) {
      const training = next;
      next = undefined;
      await show(training).catch(onError);
    }
    showing = undefined;
  };
  return {
    show: (training: Training) => {
      next = training;
      showing ??= run();
    },
    idle: async () => showing,
  };
}
