import { randomUUID } from 'node:crypto';
import { answerOf } from '../backtest/backtest-answer.js';
import { type Backtests, createBacktests } from '../backtest/backtests.js';
import { type Backtester, type BacktesterOptions, createBacktester } from '../backtest/create-backtester.js';
import type { BacktestHistory } from '../checks/apart/checks-child.js';
import type { Checks } from '../checks/apart/create-checks.js';
import { onThisSystem } from '../checks/on-this-system.js';
import type { RunStore } from '../checks/store/run-store.js';
import { countRunsBetween, selectRunsBetween } from '../checks/store/runs-between.js';
import { subjectChanged } from '../messages/message-jobs.js';
import type { Platform } from '../platform/platform.js';
import { systemClock } from '../time/clock.js';

interface HistoryParts extends Pick<Platform, 'database' | 'logger'> {
  readonly strategy: string;
  readonly runs: Pick<RunStore, 'get' | 'passedWindows'>;
}

/** More passed windows than any span of a back-test has. */
const PASSED_WINDOWS = 2_000;

/** What the bot knows of earlier runs; where its database is away, nothing. */
export function backtestHistory({ strategy, database, runs, logger }: HistoryParts): BacktestHistory {
  const known = async <T>(ask: Promise<T>, without: T): Promise<T> =>
    ask.catch((error: unknown) => {
      logger.warn({ err: error }, 'the history of runs could not be read');
      return without;
    });
  return {
    allPassedWindows: (target, since) =>
      known(runs.passedWindows({ strategy, target, since, limit: PASSED_WINDOWS }), []),
    countStoredRuns: (target, from, to) =>
      known(countRunsBetween(database, { strategy, target, from, to }), 0),
    storedRunIds: (target, from, to, limit) =>
      known(selectRunsBetween(database, { strategy, target, from, to, limit }), []),
    storedRun: (runId) => known(runs.get(runId), undefined),
  };
}

interface BacktestsParts
  extends Pick<BacktesterOptions, 'runbook' | 'targets'>,
    Pick<Platform, 'database' | 'logger' | 'clock' | 'hosts' | 'trading'> {
  readonly runs: HistoryParts['runs'];
  readonly own: Pick<Checks, 'backtest'>;
}

/** Back-tests of a strategy: a terminal asks in its own process, a bot in the one for checks. */
export function composeBacktests(parts: BacktestsParts): Backtests {
  const { logger, own } = parts;
  const here = backtesterHere(parts);
  return createBacktests({
    ...parts,
    here,
    apart: (target, wish, { onProgress = () => {}, signal }) =>
      own.backtest === undefined
        ? answerOf(here.run(target, wish, { onProgress, signal }), (error) =>
            logger.error({ err: error }, 'a back-test failed inside the bot'),
          )
        : own.backtest(wish, { onProgress, signal }),
    subjectChanged,
    newId: randomUUID,
  });
}

function backtesterHere(parts: BacktestsParts): Backtester {
  const history = backtestHistory({ ...parts, strategy: parts.runbook.strategy });
  return createBacktester({
    ...parts,
    ...onThisSystem(parts.logger),
    hostOf: parts.hosts.of,
    pause: (ms) => systemClock.sleep(ms),
    allPassedWindows: history.allPassedWindows,
    storedRuns: (target) => ({
      count: (from, to) => history.countStoredRuns(target, from, to),
      ids: (from, to, limit) => history.storedRunIds(target, from, to, limit),
      get: history.storedRun,
    }),
  });
}
