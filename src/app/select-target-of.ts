import type { Queryable } from '../store/queryable.js';

/** The target of whatever has that id in the bot's database; undefined: nobody knows it. @param id a UUID */
export async function selectTargetOf(database: Queryable, id: string): Promise<string | undefined> {
  const { rows } = await database.query<{ target: string }>(
    `SELECT target FROM lobml.check_runs WHERE run_id = $1
     UNION ALL SELECT target FROM lobml.release_requests WHERE request_id = $1
     UNION ALL SELECT target FROM lobml.releases WHERE release_id = $1
     UNION ALL SELECT target FROM lobml.halts WHERE halt_id = $1
     UNION ALL SELECT target FROM lobml.trainings WHERE training_id = $1
     UNION ALL SELECT target FROM lobml.drills WHERE drill_id = $1
     UNION ALL SELECT target FROM lobml.watch_episodes WHERE episode_id = $1
     UNION ALL SELECT target FROM lobml.backtests WHERE backtest_id = $1`,
    [id],
  );
  return rows[0]?.target;
}
