import { setTimeout as sleep } from 'node:timers/promises';

/** Time as a parameter. Milliseconds throughout. */
export interface Clock {
  /** Since the Unix epoch. */
  now(): number;
  /** Since some moment, by a clock that no step of the wall clock moves: the measure of durations. */
  monotonic(): number;
  /** Resolves after `ms`; rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}),
};

/** The answer, or undefined when it does not come within `ms`. What comes later is for nobody. */
export async function withTimeout<T>(clock: Clock, ms: number, answer: Promise<T>): Promise<T | undefined> {
  const ended = new AbortController();
  const late = clock.sleep(ms, ended.signal).then(
    () => undefined,
    () => undefined,
  );
  try {
    return await Promise.race([answer, late]);
  } finally {
    ended.abort();
  }
}
