import { z } from 'zod';
import { type ReleaseRecord, releaseRowSchema, stepRowSchema } from '../../release/engine/release-record.js';
import type { Queryable } from '../queryable.js';

const rowSchema = releaseRowSchema.extend({ steps: z.array(stepRowSchema) });

/** One statement, so that release and steps agree with each other. @param releaseId a UUID */
export async function selectRelease(
  database: Queryable,
  releaseId: string,
): Promise<ReleaseRecord | undefined> {
  const { rows } = await database.query(
    `SELECT r.release_id AS "releaseId", r.request_id AS "requestId", r.strategy, r.target, q.kind,
       q.requested_by AS "requestedBy", r.state, r.plan, r.epoch, r.cancel_requested AS "cancelRequested", r.problem,
       r.started_at AS "startedAt", r.confirm_by AS "confirmBy", r.ended_at AS "endedAt",
       COALESCE((SELECT json_agg(json_build_object('position', s.position, 'kind', s.kind, 'host', s.host,
         'checkpoint', s.checkpoint, 'state', s.state, 'attempts', s.attempts, 'before', s.before, 'after', s.after,
         'problem', s.problem, 'answered', s.answered, 'startedAt', s.started_at, 'finishedAt', s.finished_at)
         ORDER BY s.position) FROM lobml.release_steps s WHERE s.release_id = r.release_id), '[]') AS steps
     FROM lobml.releases r JOIN lobml.release_requests q USING (request_id)
     WHERE r.release_id = $1`,
    [releaseId],
  );
  return rowSchema.optional().parse(rows[0]);
}
