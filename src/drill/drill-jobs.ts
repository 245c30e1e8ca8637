import type { Queryable } from '../store/queryable.js';
import { addJob } from '../worker/add-job.js';
import { TASKS } from '../worker/task.js';
import { WORKER_SCHEMA } from '../worker/worker-schema.js';

/** A look at a drill, by whichever replica. Does nothing where no bot has ever run: a terminal looks itself. */
export async function lookAtDrill(client: Queryable, drillId: string, afterMs = 0): Promise<void> {
  const { rows } = await client.query<{ isThere: boolean }>(
    `SELECT to_regclass('${WORKER_SCHEMA}.jobs') IS NOT NULL AS "isThere"`,
  );
  if (rows[0]?.isThere !== true) return;
  const subject = `drill:${drillId}`;
  await addJob(client, { task: TASKS.drill, payload: { subject }, queue: subject, key: subject, afterMs });
}
