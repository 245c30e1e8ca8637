import { systemClock } from '../clock.js';
import type { HostHalt } from '../domain/halt.js';
import { createRestraint, PATIENCE_MS } from '../restraint.js';
import type { HaltHandle } from './live-halt.js';

/**
 * A halt goes first: starting programs holds up the whole process, and reports take turns of its thread. So what
 * checks would start on hosts, runs and messages wait until the halt has written its files and issued its restarts.
 * The halt itself never waits for anything here.
 */
export interface HaltPriority {
  /** Resolves at once while no halt begins; after `PATIENCE_MS` at the latest. */
  giveWay(): Promise<void>;
  /** From now until the first acts of this halt are under way on every host. */
  goFirst(halt: Beginning): void;
}

type Beginning = Pick<HaltHandle, 'subscribe' | 'done'>;

export function createHaltPriority(patienceMs = PATIENCE_MS): HaltPriority {
  const { holdBack, goOn, giveWay } = createRestraint(systemClock, patienceMs);
  return {
    giveWay,
    goFirst(halt) {
      holdBack();
      void untilBegun(halt, patienceMs).finally(goOn);
    },
  };
}

async function untilBegun(halt: Beginning, patienceMs: number): Promise<void> {
  let stopListening = () => {};
  let late: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    late = setTimeout(resolve, patienceMs).unref();
    stopListening = halt.subscribe(({ hosts }) => {
      if (hosts.every(isUnderWay)) resolve();
    });
    void halt.done.then(() => resolve());
  });
  clearTimeout(late);
  stopListening();
}

const isUnderWay = ({ disk, restart, stop }: HostHalt) =>
  disk !== 'pending' && (restart !== 'pending' || stop !== 'none');
