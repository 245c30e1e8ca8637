import type { Person } from './check-run.js';
import type { DeployWish } from './deploy-wish.js';
import type { ContentChange } from './release-content.js';
import type { EvidenceBinding, ReleasePlan } from './release-plan.js';
import type { RequestState } from './release-state.js';

/** Somebody took a warning, or the drift of a host, upon themselves before asking for a release. */
export interface Acknowledged {
  /** A check's id, or `DRIFT`. */
  readonly subject: string;
  readonly by: Person;
  /** RFC 3339. */
  readonly at: string;
}

/** The subject under which differences between file and running process are acknowledged. */
export const DRIFT = 'drift';

/** Times are RFC 3339. */
export interface ReleaseRequest {
  readonly requestId: string;
  readonly strategy: string;
  readonly target: string;
  readonly kind: 'ordinary' | 'break_glass';
  readonly state: RequestState;
  readonly requestedBy: Person;
  /** The requester's Slack id; null where nobody knows it, as for an account of a terminal. */
  readonly requesterSlackId: string | null;
  readonly reason: string;
  readonly wish: DeployWish;
  readonly plan: ReleasePlan;
  /** SHA-256 over plan and evidence, in hex. */
  readonly digest: string;
  readonly checkRunId: string;
  readonly evidence: EvidenceBinding;
  readonly acknowledged: readonly Acknowledged[];
  /** The halt that this request brings the strategy back from. */
  readonly incidentId: string | null;
  readonly createdAt: string;
  readonly quorumExpiresAt: string;
  /** null: the quorum is not reached. */
  readonly startExpiresAt: string | null;
  readonly endedAt: string | null;
  /** null: a clock or a changed content ended it. */
  readonly endedBy: Person | null;
  readonly endReason: string | null;
  /** What differed when it was invalidated. */
  readonly endChanges: readonly ContentChange[];
  /** Of a break-glass release: the second person. */
  readonly reviewedBy: Person | null;
  readonly reviewedAt: string | null;
}

export interface Approval {
  readonly person: Person;
  readonly decision: 'approved' | 'rejected' | 'taken_back';
  readonly digest: string;
  readonly reason: string | null;
  /** RFC 3339. */
  readonly decidedAt: string;
}

/** The approvals that stand for what the request holds now. */
export function standingApprovals(
  request: Pick<ReleaseRequest, 'digest'>,
  approvals: readonly Approval[],
): readonly Approval[] {
  return approvals.filter(({ decision, digest }) => decision === 'approved' && digest === request.digest);
}
