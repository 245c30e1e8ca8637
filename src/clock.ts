import { setTimeout as sleep } from 'node:timers/promises';

/** Time as a parameter. Milliseconds throughout. */
export interface Clock {
  /** Since the Unix epoch. */
  now(): number;
  /** Resolves after `ms`; rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}),
};
