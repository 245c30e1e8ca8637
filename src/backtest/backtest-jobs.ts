import type { Queryable } from '../store/queryable.js';
import { addJob } from '../worker/add-job.js';
import { TASKS } from '../worker/task.js';

/** A look at a back-test, by whichever replica. */
export async function lookAtBacktest(client: Queryable, backtestId: string, afterMs = 0): Promise<void> {
  const subject = `backtest:${backtestId}`;
  await addJob(client, { task: TASKS.backtest, payload: { subject }, queue: subject, key: subject, afterMs });
}
