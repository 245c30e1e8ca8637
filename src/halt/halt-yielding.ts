import { isSettled } from '../domain/halt.js';
import { systemClock } from '../time/clock.js';
import { createYielding, YIELD_LIMIT_MS } from '../time/yielding.js';
import type { HaltHandle } from './live-halt.js';

/**
 * What checks would start on hosts, runs, messages and what is written only for later take the machine's time from a
 * halt: they yield until every host's process was seen off. The halt itself never waits for anything here.
 */
export interface HaltYielding {
  /** Resolves at once while no halt begins; after `YIELD_LIMIT_MS` at the latest. */
  yieldToHalt(): Promise<void>;
  /** Whether a halt goes on that began no longer than `QUIET_MS` ago. */
  isHalting(): boolean;
  /** From now until every host of this halt is settled. */
  yieldTo(halt: Beginning): void;
}

type Beginning = Pick<HaltHandle, 'subscribe' | 'done'>;

/** A halt that takes longer does not keep every other message of the bot as it was. */
const QUIET_MS = 60_000;

export function createHaltYielding(limitMs = YIELD_LIMIT_MS): HaltYielding {
  const { haltBegins, haltSettled, yieldToHalt } = createYielding(systemClock, limitMs);
  const going = new Set<Beginning>();
  return {
    yieldToHalt,
    isHalting: () => going.size > 0,
    yieldTo(halt) {
      haltBegins();
      going.add(halt);
      const late = setTimeout(() => going.delete(halt), QUIET_MS).unref();
      void halt.done.then(() => {
        clearTimeout(late);
        going.delete(halt);
      });
      void untilSettled(halt, limitMs).finally(haltSettled);
    },
  };
}

async function untilSettled(halt: Beginning, limitMs: number): Promise<void> {
  let stopListening = () => {};
  let late: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    late = setTimeout(resolve, limitMs).unref();
    stopListening = halt.subscribe(({ hosts, kind }) => {
      if (hosts.every((host) => isSettled(host, kind))) resolve();
    });
    void halt.done.then(() => resolve());
  });
  clearTimeout(late);
  stopListening();
}
