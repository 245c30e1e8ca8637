import type pg from 'pg';

/**
 * The job queue's schema, beside `lobml` in the same database: so a job and what it is about share a transaction. It is
 * ours alone: the queue's default one belongs to whichever application was first.
 */
export const WORKER_SCHEMA = 'lobml_worker';

/**
 * Brings the job queue's schema up to date.
 * @param always a terminal only needs it to be there; loading the queue's program would make each command slower.
 */
export async function prepareWorkerSchema(
  { pool, url }: { readonly pool: pg.Pool; readonly url: string },
  { always }: { readonly always: boolean },
): Promise<void> {
  const { rows } = await pool.query<{ isThere: boolean }>(
    `SELECT to_regclass('${WORKER_SCHEMA}.jobs') IS NOT NULL AS "isThere"`,
  );
  if (rows[0]?.isThere === true && !always) return;
  const { Logger, runMigrations } = await import('graphile-worker');
  await runMigrations({
    connectionString: url,
    schema: WORKER_SCHEMA,
    logger: new Logger(() => () => undefined),
  });
}
