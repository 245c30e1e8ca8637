import type { CheckService } from './check-service.js';

/**
 * Runs share the few connections to the trading database and the hosts' processors: fifty at once would time each
 * other out and report faults that nobody has.
 */
const RUNS_AT_ONCE = 2;

/** The same service, with at most `limit` runs at once; the others wait in the order in which they came. */
export function limitRuns(service: CheckService, limit = RUNS_AT_ONCE): CheckService {
  const waiting: (() => void)[] = [];
  let free = limit;
  return {
    ...service,
    async run(request) {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await service.run(request);
      } finally {
        const next = waiting.shift();
        if (next === undefined) free += 1;
        else next();
      }
    },
  };
}
