import type { ReleaseRequest } from '../../domain/release-request.js';
import type { Queryable } from '../queryable.js';

/** False where the target has a live request already: a target has one at a time. */
export async function insertReleaseRequest(database: Queryable, request: ReleaseRequest): Promise<boolean> {
  const { rowCount } = await database.query(
    `INSERT INTO lobml.release_requests (request_id, strategy, target, kind, state, requested_by,
       requester_slack_id, reason, wish, plan, digest, check_run_id, evidence, acknowledged, incident_id,
       created_at, quorum_expires_at, start_expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
     ON CONFLICT (strategy, target) WHERE state IN ('open', 'approved', 'executing') DO NOTHING`,
    [
      request.requestId,
      request.strategy,
      request.target,
      request.kind,
      request.state,
      JSON.stringify(request.requestedBy),
      request.requesterSlackId,
      request.reason,
      JSON.stringify(request.wish),
      JSON.stringify(request.plan),
      request.digest,
      request.checkRunId,
      JSON.stringify(request.evidence),
      JSON.stringify(request.acknowledged),
      request.incidentId,
      request.createdAt,
      request.quorumExpiresAt,
      request.startExpiresAt,
    ],
  );
  return rowCount === 1;
}
