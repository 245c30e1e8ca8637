import { type Clock, withTimeout } from './clock.js';

/** Whatever yields to a halt waits no longer than this. */
export const YIELD_LIMIT_MS = 2_000;

/** What is less urgent yields to halts: to each from its beginning until it is settled, and not for long. */
interface Yielding {
  readonly haltBegins: () => void;
  readonly haltSettled: () => void;
  /** Resolves at once while no halt begins; after the limit at the latest. */
  readonly yieldToHalt: () => Promise<void>;
}

export function createYielding(clock: Clock, limitMs = YIELD_LIMIT_MS): Yielding {
  let beginning = 0;
  let waiting: (() => void)[] = [];
  return {
    haltBegins() {
      beginning += 1;
    },
    haltSettled() {
      beginning = Math.max(0, beginning - 1);
      if (beginning > 0) return;
      for (const proceed of waiting) proceed();
      waiting = [];
    },
    async yieldToHalt() {
      if (beginning === 0) return;
      await withTimeout(clock, limitMs, new Promise<void>((resolve) => waiting.push(resolve)));
    },
  };
}
