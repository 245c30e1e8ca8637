import { Logger, runMigrations } from 'graphile-worker';
import type { TestDatabase } from './database.js';

/** The queue in its default schema, as the versions before had it. @returns what adds a job to it, as they did */
export async function createFormerQueue({ pool, url }: Pick<TestDatabase, 'pool' | 'url'>) {
  const logger = new Logger(() => () => undefined);
  await runMigrations({ connectionString: url, schema: 'graphile_worker', logger });
  return async (task: string, payload: object, key: string, runAt?: Date): Promise<void> => {
    await pool.query(
      `SELECT graphile_worker.add_job($1, payload := $2::json, queue_name := 'q', job_key := $3, run_at := $4,
         max_attempts := 30000)`,
      [task, JSON.stringify(payload), key, runAt ?? null],
    );
  };
}
