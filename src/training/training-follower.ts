import type { Clock } from '../time/clock.js';
import type { TrainingService } from './training-service.js';

interface TrainingFollower {
  /** Stops following; the trainers go on. */
  stop(): Promise<void>;
}

interface TrainingFollowerOptions {
  readonly trainings: Pick<TrainingService, 'live' | 'follow'>;
  /** A training's message reads differently, also where only time has passed. */
  readonly changed: (trainingId: string) => Promise<void>;
  readonly onError: (error: unknown) => void;
  readonly clock: Clock;
  readonly intervalMs?: number;
}

/** Finds the trainings that go on, also those of before a restart, and follows each one to its end. */
export function followTrainings(options: TrainingFollowerOptions): TrainingFollower {
  const { trainings, changed, clock, onError, intervalMs = 1_000 } = options;
  const stopping = new AbortController();
  const following = new Map<string, Promise<void>>();

  const follow = async (trainingId: string): Promise<void> => {
    try {
      const onChange = () => void changed(trainingId).catch(onError);
      await trainings.follow(trainingId, { onChange, signal: stopping.signal });
    } catch (error) {
      onError(error);
    } finally {
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
