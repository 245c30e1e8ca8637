import { subjectChanged } from '../messages/message-jobs.js';
import { selectRequestsOn } from '../release/store/requests.js';
import type { Queryable } from '../store/queryable.js';

/** Reports of these runs, and requests that rest on them, are shown anew: a later run was worse. */
export async function tellOfRevoked(client: Queryable, runIds: readonly string[]): Promise<void> {
  for (const runId of runIds) await subjectChanged(client, `run:${runId}`);
  for (const requestId of await selectRequestsOn(client, runIds))
    await subjectChanged(client, `request:${requestId}`);
}
