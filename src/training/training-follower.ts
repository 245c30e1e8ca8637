import { isLive, type Training } from '../domain/training.js';
import type { Clock } from '../time/clock.js';
import type { TrainingService } from './training-service.js';

interface TrainingFollower {
  /** Stops following; the trainers go on. */
  stop(): Promise<void>;
}

interface TrainingFollowerOptions {
  readonly trainings: Pick<TrainingService, 'live' | 'follow' | 'unshown' | 'markShown'>;
  /** Shows a training's present state in its message. @throws where it could not */
  readonly show: (training: Training) => Promise<void>;
  readonly onError: (error: unknown) => void;
  readonly clock: Clock;
  readonly intervalMs?: number;
  readonly firstRetryMs?: number;
}

/** The last try comes after a good hour. */
const MAX_TRIES = 12;
const MAX_RETRY_MS = 600_000;

/**
 * Finds the trainings that go on, also those of before a restart, and follows each one to its end. What they are on
 * the way may be missed; the end is shown until it stands.
 */
export function followTrainings(options: TrainingFollowerOptions): TrainingFollower {
  const { trainings, clock, onError, intervalMs = 1_000, firstRetryMs = 2_000 } = options;
  const stopping = new AbortController();
  const following = new Map<string, Promise<void>>();
  const tries = new Map<string, { readonly count: number; readonly nextAt: number }>();

  const follow = async (trainingId: string): Promise<void> => {
    const show = lastWins(options.show, onError);
    try {
      const onChange = (training: Training) => {
        if (isLive(training)) show.show(training);
      };
      await trainings.follow(trainingId, { onChange, signal: stopping.signal });
    } catch (error) {
      onError(error);
    } finally {
      await show.idle();
      following.delete(trainingId);
    }
  };

  const showEnd = async (training: Training): Promise<void> => {
    const { trainingId } = training;
    const { count, nextAt } = tries.get(trainingId) ?? { count: 0, nextAt: 0 };
    if (following.has(trainingId) || count >= MAX_TRIES || clock.now() < nextAt) return;
    try {
      await options.show(training);
      await trainings.markShown(trainingId);
      tries.delete(trainingId);
    } catch (error) {
      const waitMs = Math.min(MAX_RETRY_MS, firstRetryMs * 2 ** count);
      tries.set(trainingId, { count: count + 1, nextAt: clock.now() + waitMs });
      onError(error);
    }
  };

  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        for (const { trainingId } of await trainings.live()) {
          if (!following.has(trainingId)) following.set(trainingId, follow(trainingId));
        }
        for (const training of await trainings.unshown()) await showEnd(training);
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
