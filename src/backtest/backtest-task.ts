import { z } from 'zod';
import type { Queryable } from '../store/queryable.js';
import type { Task } from '../worker/task.js';
import { lookAtBacktest } from './backtest-jobs.js';
import type { Backtests } from './backtests.js';

/** While one goes on: soon after its process has gone silent. */
const LOOK_EVERY_MS = 5_000;

const payloadSchema = z.object({ subject: z.string().startsWith('backtest:') });

/** Looks until it has ended, by its own word or because its process is gone. */
export function createBacktestTask(backtests: Pick<Backtests, 'settle'>, database: Queryable): Task {
  return async (payload) => {
    const backtestId = payloadSchema.parse(payload).subject.slice('backtest:'.length);
    const backtest = await backtests.settle(backtestId);
    if (backtest?.endedAt === null) await lookAtBacktest(database, backtestId, LOOK_EVERY_MS);
  };
}
