import { type Clock, withPatience } from './clock.js';

/** Whoever gives way waits no longer than this. */
export const PATIENCE_MS = 2_000;

/** Holds back what is less urgent, for as long as somebody asks for it and no longer than `PATIENCE_MS`. */
interface Restraint {
  readonly holdBack: () => void;
  /** Ends one `holdBack`. */
  readonly goOn: () => void;
  /** Resolves at once while nobody holds back. */
  readonly giveWay: () => Promise<void>;
}

export function createRestraint(clock: Clock, patienceMs = PATIENCE_MS): Restraint {
  let holders = 0;
  let waiting: (() => void)[] = [];
  return {
    holdBack() {
      holders += 1;
    },
    goOn() {
      holders = Math.max(0, holders - 1);
      if (holders > 0) return;
      for (const proceed of waiting) proceed();
      waiting = [];
    },
    async giveWay() {
      if (holders === 0) return;
      await withPatience(clock, patienceMs, new Promise<void>((resolve) => waiting.push(resolve)));
    },
  };
}
