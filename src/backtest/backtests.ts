import type {
  Backtest,
  BacktestAnswer,
  BacktestFigures,
  BacktestProgress,
  BacktestWish,
} from '../domain/backtest.js';
import type { Person } from '../domain/person.js';
import type { SubjectChanged } from '../messages/subject.js';
import type { Platform } from '../platform/platform.js';
import type { Runbook } from '../runbook/runbook.js';
import type { Target } from '../runbook/targets.js';
import { lookAtBacktest } from './backtest-jobs.js';
import {
  cancelBacktest,
  endBacktest,
  insertBacktest,
  interruptSilent,
  keepBacktestAlive,
  selectBacktest,
  selectLiveBacktest,
} from './backtest-store.js';
import { type BacktestRun, proposeParameters } from './create-backtester.js';

export type BegunBacktest =
  | {
      readonly kind: 'begun';
      readonly backtest: Backtest;
      /** Resolves when it has ended. Never rejects. */
      readonly ended: Promise<void>;
    }
  /** Another one goes on. */
  | { readonly kind: 'busy'; readonly backtest: Backtest };

export interface Backtests {
  /** In this process, known to nobody else. @throws as a `Backtester` */
  run(target: Target, wish: BacktestWish, options: BacktestRun): Promise<BacktestFigures>;
  /** Apart from this process, with messages that every replica keeps true. */
  begin(target: Target, wish: BacktestWish, by: Person): Promise<BegunBacktest>;
  get(backtestId: string): Promise<Backtest | undefined>;
  /** False where it has ended, or somebody has cancelled it. */
  cancel(backtestId: string, by: Person): Promise<boolean>;
  /** Ends one whose process is gone. @returns it as it stands; undefined: it does not exist */
  settle(backtestId: string): Promise<Backtest | undefined>;
  /** The runbook's changed lines as a patch; '' where it says so already. */
  propose(set: BacktestWish['set']): Promise<string>;
}

export interface BacktestsOptions extends Pick<Platform, 'database' | 'logger' | 'clock'> {
  readonly runbook: Pick<Runbook, 'strategy' | 'file'>;
  readonly here: Pick<Backtests, 'run'>;
  /** In a process of its own. Never rejects. */
  readonly apart: (
    target: Target,
    wish: BacktestWish,
    options: Omit<BacktestRun, 'onMoment'>,
  ) => Promise<BacktestAnswer>;
  readonly subjectChanged: SubjectChanged;
  readonly newId: () => string;
}

/** How often the process of a back-test says how far it is. */
const RENEW_MS = 1_500;

export function createBacktests(options: BacktestsOptions): Backtests {
  const { runbook, here, database, newId } = options;
  const { strategy } = runbook;
  const backtests: Backtests = {
    run: here.run,
    async begin(target, wish, by) {
      const other = await selectLiveBacktest(database, strategy);
      // One whose process is gone must not keep others waiting for the job that finds it.
      const settled = other && (await backtests.settle(other.backtestId));
      if (settled?.endedAt === null) return { kind: 'busy', backtest: settled };
      const wanted = { backtestId: newId(), strategy, target: target.name, wish, requestedBy: by };
      const isOnly = await database.transactWithJobs(async (client) => {
        if (!(await insertBacktest(client, wanted))) return false;
        await lookAtBacktest(client, wanted.backtestId);
        return true;
      });
      const backtest = isOnly
        ? await selectBacktest(database, wanted.backtestId)
        : await selectLiveBacktest(database, strategy);
      // It has ended between the two looks.
      if (backtest === undefined) return backtests.begin(target, wish, by);
      return isOnly
        ? { kind: 'begun', backtest, ended: carryOut(backtest.backtestId, target, wish, options) }
        : { kind: 'busy', backtest };
    },
    get: (backtestId) => selectBacktest(database, backtestId),
    cancel: (backtestId, by) =>
      change(backtestId, options, (client) => cancelBacktest(client, backtestId, by)),
    async settle(backtestId) {
      await change(backtestId, options, (client) => interruptSilent(client, backtestId));
      return selectBacktest(database, backtestId);
    },
    propose: (set) => proposeParameters(runbook.file, set),
  };
  return backtests;
}

/** In one transaction with its messages. @returns whether anything was changed */
function change(
  backtestId: string,
  { database, subjectChanged }: Pick<BacktestsOptions, 'database' | 'subjectChanged'>,
  write: (client: Parameters<typeof endBacktest>[0]) => Promise<boolean>,
): Promise<boolean> {
  return database.transact(async (client) => {
    const isChanged = await write(client);
    if (isChanged) await subjectChanged(client, `backtest:${backtestId}`);
    return isChanged;
  });
}

async function carryOut(
  backtestId: string,
  target: Target,
  wish: BacktestWish,
  options: BacktestsOptions,
): Promise<void> {
  const { apart, logger } = options;
  const stopping = new AbortController();
  const over = new AbortController();
  let progress: BacktestProgress = { done: 0, moments: 0 };
  const telling = tell(backtestId, () => progress, options, { stopping, over: over.signal });
  const answer = await apart(target, wish, {
    signal: stopping.signal,
    onProgress: (present) => {
      progress = present;
    },
  });
  over.abort();
  await telling;
  try {
    await change(backtestId, options, async (client) => {
      const present = await selectBacktest(client, backtestId);
      if (present?.endedAt !== null) return false;
      await endBacktest(client, backtestId, endOf(answer, present));
      return true;
    });
  } catch (error) {
    // The job that looks at it finds that it has gone silent.
    logger.warn({ err: error, backtestId }, 'the end of a back-test could not be noted');
  }
}

function endOf(answer: BacktestAnswer, { cancelledBy }: Backtest): Parameters<typeof endBacktest>[2] {
  if (answer.kind === 'fault') {
    const { fault } = answer;
    return { state: cancelledBy === null ? 'failed' : 'cancelled', figures: null, fault };
  }
  const { figures } = answer;
  return { state: figures.done < figures.moments ? 'cancelled' : 'done', figures, fault: null };
}

/** Until it is over: how far it is, and whether somebody wants it to end. */
async function tell(
  backtestId: string,
  progress: () => BacktestProgress,
  options: BacktestsOptions,
  { stopping, over }: { readonly stopping: AbortController; readonly over: AbortSignal },
): Promise<void> {
  const { clock, logger } = options;
  while (!over.aborted) {
    try {
      await change(backtestId, options, async (client) => {
        if (!(await keepBacktestAlive(client, backtestId, progress()))) stopping.abort();
        return true;
      });
    } catch (error) {
      logger.warn({ err: error, backtestId }, 'how far a back-test is could not be noted');
    }
    await clock.sleep(RENEW_MS, over).catch(() => undefined);
  }
}
