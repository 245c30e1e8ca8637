import { isSettled } from '../domain/halt.js';
import { systemClock } from '../time/clock.js';
import { createRestraint, PATIENCE_MS } from '../time/restraint.js';
import type { HaltHandle } from './live-halt.js';

/**
 * A halt goes first: what checks would start on hosts, runs, messages and what is written only for later take the machine's
 * time from it. They wait until every host's process was seen off. The halt itself never waits for anything here.
 */
export interface HaltPriority {
  /** Resolves at once while no halt begins; after `PATIENCE_MS` at the latest. */
  giveWay(): Promise<void>;
  /** From now until every host of this halt is settled. */
  goFirst(halt: Beginning): void;
}

type Beginning = Pick<HaltHandle, 'subscribe' | 'done'>;

export function createHaltPriority(patienceMs = PATIENCE_MS): HaltPriority {
  const { holdBack, goOn, giveWay } = createRestraint(systemClock, patienceMs);
  return {
    giveWay,
    goFirst(halt) {
      holdBack();
      void untilSettled(halt, patienceMs).finally(goOn);
    },
  };
}

async function untilSettled(halt: Beginning, patienceMs: number): Promise<void> {
  let stopListening = () => {};
  let late: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    late = setTimeout(resolve, patienceMs).unref();
    stopListening = halt.subscribe(({ hosts, kind }) => {
      if (hosts.every((host) => isSettled(host, kind))) resolve();
    });
    void halt.done.then(() => resolve());
  });
  clearTimeout(late);
  stopListening();
}
