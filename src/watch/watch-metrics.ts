import { Gauge, type Registry } from 'prom-client';
import type { Watch } from '../domain/watch-record.js';
import type { Queryable } from '../store/queryable.js';
import type { Logger } from '../telemetry/logger.js';
import { policyOf, type WatchContext } from './watch-context.js';
import { selectWatches } from './watch-store.js';

type Measured = Pick<WatchContext, 'strategy' | 'targets' | 'everySecs'>;

/**
 * When the watch of each target last looked, read from the database at each request: whichever replica is asked answers
 * the same. While the database is away what it said last stands, and grows old.
 */
export function registerWatchMetrics(
  registry: Registry,
  database: Queryable,
  strategies: readonly Measured[],
  logger: Pick<Logger, 'warn'>,
): void {
  const labelNames = ['strategy', 'target'];
  const watches = async (each: (watch: Watch, everySecs: number) => void) => {
    for (const one of strategies) {
      try {
        for (const watch of await selectWatches(database, one.strategy)) {
          const policy = policyOf(one, watch.target)?.policy;
          if (policy !== undefined) each(watch, policy.everySecs);
        }
      } catch (error) {
        logger.warn({ err: error }, 'the watches could not be measured');
      }
    }
  };
  new Gauge({
    name: 'lobml_watch_last_success_timestamp_seconds',
    help: 'When the watch of a target last did what it is there for, in seconds since 1970; 0: never.',
    labelNames,
    registers: [registry],
    collect() {
      return watches(({ strategy, target, lookedAt }) =>
        this.set({ strategy, target }, lookedAt === null ? 0 : Date.parse(lookedAt) / 1_000),
      );
    },
  });
  new Gauge({
    name: 'lobml_watch_interval_seconds',
    help: 'How often a target is to be looked at; 0 while its watch is switched off.',
    labelNames,
    registers: [registry],
    collect() {
      return watches(({ strategy, target, isOn }, everySecs) =>
        this.set({ strategy, target }, isOn ? everySecs : 0),
      );
    },
  });
}
