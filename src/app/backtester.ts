import { type Backtester, type BacktesterOptions, createBacktester } from '../backtest/create-backtester.js';
import { onThisSystem } from '../checks/on-this-system.js';
import type { RunStore } from '../checks/store/run-store.js';
import { countRunsBetween, selectRunsBetween } from '../checks/store/runs-between.js';
import type { Queryable } from '../store/queryable.js';
import type { Logger } from '../telemetry/logger.js';
import { systemClock } from '../time/clock.js';

interface BacktesterParts extends Pick<BacktesterOptions, 'runbook' | 'hostOf' | 'trading' | 'targets'> {
  readonly database: Queryable;
  readonly runs: Pick<RunStore, 'get' | 'passedWindows'>;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/** More passed windows than any span of a back-test has. */
const PASSED_WINDOWS = 2_000;

/** Back-tests in this process, with the bot's own history beside them; where that is away, without it. */
export function backtesterHere(parts: BacktesterParts): Backtester {
  const { runbook, database, runs, logger } = parts;
  const { strategy } = runbook;
  const known = async <T>(ask: Promise<T>, without: T): Promise<T> =>
    ask.catch((error: unknown) => {
      logger.warn({ err: error }, 'the history of runs could not be read');
      return without;
    });
  return createBacktester({
    ...parts,
    ...onThisSystem(logger),
    pause: (ms) => systemClock.sleep(ms),
    allPassedWindows: (target, since) =>
      known(runs.passedWindows({ strategy, target, since, limit: PASSED_WINDOWS }), []),
    storedRuns: (target) => ({
      count: (from, to) => known(countRunsBetween(database, { strategy, target, from, to }), 0),
      ids: (from, to, limit) => known(selectRunsBetween(database, { strategy, target, from, to, limit }), []),
      get: (runId) => known(runs.get(runId), undefined),
    }),
  });
}
