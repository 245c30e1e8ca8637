import type { Person } from '../../domain/check-run.js';
import type { ContentChange } from '../../domain/release-content.js';
import type { EvidenceBinding } from '../../domain/release-plan.js';
import type { Acknowledged } from '../../domain/release-request.js';
import type { RequestState } from '../../domain/release-state.js';
import type { Queryable } from '../queryable.js';

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
  readonly state: Extract<RequestState, 'rejected' | 'withdrawn' | 'expired' | 'invalidated'>;
  readonly at: Date;
  /** undefined: a clock or a changed content. */
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

export interface RenewedEvidence {
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
