import type { TargetSubject } from '../domain/target-subject.js';
import type { Queryable } from '../store/queryable.js';
import type { Transact } from '../store/transaction.js';
import type { Task } from '../worker/task.js';
import { watchOfJob } from './look.js';
import { thinAfter } from './watch-jobs.js';

const WHOLE_DAYS = 7;
const EVERY_MS = 3_600_000;
const AT_ONCE = 500;

/** After seven days only what the watch saw anew is history, and what anything else names. */
export function createThinningTask(context: {
  readonly database: Queryable;
  readonly transact: Transact;
}): Task {
  return async (payload, { stopping }) => {
    const watch = await watchOfJob(context, payload);
    if (watch === undefined) return;
    let thinned = AT_ONCE;
    while (thinned === AT_ONCE && !stopping.aborted) thinned = await thinWatchedRuns(context.database, watch);
    await context.transact((client) => thinAfter(client, watch.watchId, stopping.aborted ? 0 : EVERY_MS));
  };
}

/** @returns how many were taken away, at most `AT_ONCE`: no statement holds the table for long. */
export async function thinWatchedRuns(
  database: Queryable,
  { strategy, target }: TargetSubject,
): Promise<number> {
  const { rowCount } = await database.query(
    `DELETE FROM lobml.check_runs WHERE run_id IN (
       SELECT runs.run_id FROM lobml.check_runs AS runs
       WHERE runs.strategy = $1 AND runs.target = $2 AND runs.watch_change = false
         AND runs.began_at < now() - $3::integer * INTERVAL '1 day'
         AND NOT EXISTS (SELECT FROM lobml.warning_acknowledgements AS a WHERE a.run_id = runs.run_id)
         AND NOT EXISTS (SELECT FROM lobml.messages AS m WHERE m.subject = 'run:' || runs.run_id)
         AND NOT EXISTS (SELECT FROM lobml.release_requests AS r WHERE r.check_run_id = runs.run_id)
         AND NOT EXISTS (
           SELECT FROM lobml.watch_episodes AS e
           WHERE e.strategy = runs.strategy AND e.target = runs.target
             AND e.episode->'runIds' ? runs.run_id::text)
       ORDER BY runs.began_at LIMIT ${AT_ONCE})`,
    [strategy, target, WHOLE_DAYS],
  );
  return rowCount ?? 0;
}
