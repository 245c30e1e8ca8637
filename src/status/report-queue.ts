import type { CheckRun } from '../domain/check-run.js';
import type { Queryable } from '../store/queryable.js';
import { addJob } from '../worker/add-job.js';
import { TASKS } from '../worker/task.js';
import { WORKER_SCHEMA } from '../worker/worker-schema.js';

type Followed = Pick<CheckRun, 'runId' | 'validUntil'>;

/**
 * Has the messages of runs looked at now, because a newer run exists, and again when this one's verdict expires. Does
 * nothing where no bot has ever run on the database: a terminal alone has no messages.
 */
export async function followReport(client: Queryable, { runId, validUntil }: Followed): Promise<void> {
  const { rows } = await client.query<{ isThere: boolean }>(
    `SELECT to_regclass('${WORKER_SCHEMA}.jobs') IS NOT NULL AS "isThere"`,
  );
  if (rows[0]?.isThere !== true) return;
  const job = { task: TASKS.report, payload: { runId }, queue: `report ${runId}` };
  await addJob(client, { ...job, key: `report ${runId}` });
  await addJob(client, { ...job, key: `report expiry ${runId}`, runAt: new Date(validUntil) });
}
