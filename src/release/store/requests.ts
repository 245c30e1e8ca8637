import { z } from 'zod';
import { instantSchema } from '../../domain/instant.js';
import type { Person } from '../../domain/person.js';
import type { ContentChange } from '../../domain/release-content.js';
import type { EvidenceBinding } from '../../domain/release-plan.js';
import {
  type Acknowledged,
  type ReleaseRequest,
  releaseRequestSchema,
} from '../../domain/release-request.js';
import { LIVE_REQUEST_STATES, type RequestState } from '../../domain/release-state.js';
import type { Queryable } from '../../store/queryable.js';

const rowSchema = releaseRequestSchema.extend({
  createdAt: instantSchema,
  quorumExpiresAt: instantSchema,
  startExpiresAt: instantSchema.nullable(),
  endedAt: instantSchema.nullable(),
  reviewedAt: instantSchema.nullable(),
});

const REQUEST_COLUMNS = `request_id AS "requestId", strategy, target, kind, state,
  requested_by AS "requestedBy", requester_slack_id AS "requesterSlackId", reason, wish, plan, digest,
  check_run_id AS "checkRunId", evidence, acknowledged, promotion, incident_id AS "incidentId", created_at AS "createdAt",
  quorum_expires_at AS "quorumExpiresAt", start_expires_at AS "startExpiresAt", ended_at AS "endedAt",
  ended_by AS "endedBy", end_reason AS "endReason", end_changes AS "endChanges", reviewed_by AS "reviewedBy",
  reviewed_at AS "reviewedAt"`;

const parseRequest = (rows: readonly unknown[]): ReleaseRequest | undefined =>
  rowSchema.optional().parse(rows[0]);

/** False where the target has a live request already: a target has one at a time. */
export async function insertReleaseRequest(database: Queryable, request: ReleaseRequest): Promise<boolean> {
  const { rowCount } = await database.query(
    `INSERT INTO lobml.release_requests (request_id, strategy, target, kind, state, requested_by,
       requester_slack_id, reason, wish, plan, digest, check_run_id, evidence, acknowledged, incident_id,
       created_at, quorum_expires_at, start_expires_at, promotion)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
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
      request.promotion === null ? null : JSON.stringify(request.promotion),
    ],
  );
  return rowCount === 1;
}

/** The request of a target that is not over yet; there is one at most. */
export async function selectLiveRequest(
  database: Queryable,
  strategy: string,
  target: string,
): Promise<ReleaseRequest | undefined> {
  const { rows } = await database.query(
    `SELECT ${REQUEST_COLUMNS} FROM lobml.release_requests
     WHERE strategy = $1 AND target = $2 AND state = ANY($3)`,
    [strategy, target, LIVE_REQUEST_STATES],
  );
  return parseRequest(rows);
}

/** @param requestId a UUID @param lock holds the row until the transaction ends */
export async function selectReleaseRequest(
  database: Queryable,
  requestId: string,
  { lock = false }: { readonly lock?: boolean } = {},
): Promise<ReleaseRequest | undefined> {
  const { rows } = await database.query(
    `SELECT ${REQUEST_COLUMNS} FROM lobml.release_requests WHERE request_id = $1${lock ? ' FOR UPDATE' : ''}`,
    [requestId],
  );
  return parseRequest(rows);
}

/** undefined for an id that does not exist or is no id at all, e.g. of a button that somebody forged. */
export async function findRequest(
  { database }: { readonly database: Queryable },
  requestId: string,
): Promise<ReleaseRequest | undefined> {
  return z.uuid().safeParse(requestId).success ? selectReleaseRequest(database, requestId) : undefined;
}

/** The oldest release of a target that skipped its approvals and that no second person has looked at. */
export async function selectUnreviewedBreakGlass(
  database: Queryable,
  strategy: string,
  target: string,
): Promise<ReleaseRequest | undefined> {
  const { rows } = await database.query(
    `SELECT ${REQUEST_COLUMNS} FROM lobml.release_requests
     WHERE strategy = $1 AND target = $2 AND kind = 'break_glass' AND reviewed_at IS NULL
     ORDER BY created_at LIMIT 1`,
    [strategy, target],
  );
  return parseRequest(rows);
}

/** Moves a request on. The caller holds its row. @param startExpiresAt null: no clock of the start runs. */
export async function updateRequestState(
  database: Queryable,
  requestId: string,
  state: Extract<RequestState, 'open' | 'approved' | 'executing'>,
  startExpiresAt: Date | null,
): Promise<void> {
  await database.query(
    'UPDATE lobml.release_requests SET state = $2, start_expires_at = $3 WHERE request_id = $1',
    [requestId, state, startExpiresAt],
  );
}

export interface RequestEnd {
  readonly state: Extract<RequestState, 'rejected' | 'withdrawn' | 'expired' | 'invalidated' | 'superseded'>;
  readonly at: Date;
  /** Of a changed content: at whose click it showed. undefined: a clock. */
  readonly by?: Person;
  readonly reason?: string;
  readonly changes?: readonly ContentChange[];
}

/** Ends a request for good. The caller holds its row. */
export async function endReleaseRequest(
  database: Queryable,
  requestId: string,
  end: RequestEnd,
): Promise<void> {
  await database.query(
    `UPDATE lobml.release_requests
     SET state = $2, ended_at = $3, ended_by = $4, end_reason = $5, end_changes = $6 WHERE request_id = $1`,
    [
      requestId,
      end.state,
      end.at,
      end.by === undefined ? null : JSON.stringify(end.by),
      end.reason ?? null,
      JSON.stringify(end.changes ?? []),
    ],
  );
}

interface RenewedEvidence {
  readonly checkRunId: string;
  readonly evidence: EvidenceBinding;
  readonly digest: string;
  readonly acknowledged: readonly Acknowledged[];
}

/** Binds a request to evidence that was run again. The caller holds its row. */
export async function renewRequestEvidence(
  database: Queryable,
  requestId: string,
  renewed: RenewedEvidence,
): Promise<void> {
  await database.query(
    `UPDATE lobml.release_requests
     SET check_run_id = $2, evidence = $3, digest = $4, acknowledged = $5 WHERE request_id = $1`,
    [
      requestId,
      renewed.checkRunId,
      JSON.stringify(renewed.evidence),
      renewed.digest,
      JSON.stringify(renewed.acknowledged),
    ],
  );
}

/** False where somebody has reviewed it before. */
export async function markBreakGlassReviewed(
  database: Queryable,
  requestId: string,
  by: Person,
  at: Date,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `UPDATE lobml.release_requests SET reviewed_by = $2, reviewed_at = $3
     WHERE request_id = $1 AND kind = 'break_glass' AND reviewed_at IS NULL`,
    [requestId, JSON.stringify(by), at],
  );
  return rowCount === 1;
}

/** The requests that still wait for a decision and rest on one of these runs. */
export async function selectRequestsOn(
  database: Queryable,
  runIds: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await database.query<{ requestId: string }>(
    `SELECT request_id AS "requestId" FROM lobml.release_requests
     WHERE check_run_id = ANY($1::uuid[]) AND state IN ('open', 'approved')`,
    [runIds],
  );
  return rows.map(({ requestId }) => requestId);
}
