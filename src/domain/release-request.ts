import { z } from 'zod';
import { deployWishSchema } from './deploy-wish.js';
import { personSchema } from './person.js';
import { promotionSchema } from './promotion.js';
import { contentChangeSchema } from './release-content.js';
import { evidenceBindingSchema, releasePlanSchema } from './release-plan.js';
import { REQUEST_STATES } from './release-state.js';
import type { ValueOf } from './value-of.js';

/** Somebody took a warning, or the drift of a host, upon themselves before asking for a release. */
const acknowledgedSchema = z.object({
  /** A check's id, or a `DriftSubject`. */
  subject: z.string(),
  by: personSchema,
  /** RFC 3339. */
  at: z.string(),
});
export type Acknowledged = ValueOf<typeof acknowledgedSchema>;

/** Under which what stands otherwise than anybody approved is acknowledged. */
export const DRIFT_SUBJECTS = [
  /** Differences between file and running process. */
  'drift',
  /** The same of variables that the runbook does not know. */
  'undeclared',
  /** What stands otherwise than the last confirmed release left it. */
  'since_confirmed',
  /** A host that cannot turn the strategy off by itself. */
  'no_dead_man',
] as const;
export type DriftSubject = (typeof DRIFT_SUBJECTS)[number];

export const isDriftSubject = (subject: string): subject is DriftSubject =>
  (DRIFT_SUBJECTS as readonly string[]).includes(subject);

const ALSO = 'also:';
/** Under which it is acknowledged that a release changes what another target runs: its approvers then decide as well. */
export const alsoSubject = (target: string): string => `${ALSO}${target}`;
export const targetOfSubject = (subject: string): string | undefined =>
  subject.startsWith(ALSO) ? subject.slice(ALSO.length) : undefined;

/** Times are RFC 3339. */
export const releaseRequestSchema = z.object({
  requestId: z.uuid(),
  strategy: z.string(),
  target: z.string(),
  kind: z.enum(['ordinary', 'break_glass']),
  state: z.enum(REQUEST_STATES),
  requestedBy: personSchema,
  /** The requester's Slack id; null where nobody knows it, as for an account of a terminal. */
  requesterSlackId: z.string().nullable(),
  reason: z.string(),
  wish: deployWishSchema,
  plan: releasePlanSchema,
  /** SHA-256 over plan and evidence, in hex. */
  digest: z.string(),
  checkRunId: z.uuid(),
  evidence: evidenceBindingSchema,
  acknowledged: z.array(acknowledgedSchema),
  /** What its model had shown where it is promoted from, when this was asked for; null: the target asks for nothing. */
  promotion: promotionSchema.nullable(),
  /** The halt that this request brings the strategy back from. */
  incidentId: z.uuid().nullable(),
  createdAt: z.string(),
  quorumExpiresAt: z.string(),
  /** null: the quorum is not reached. */
  startExpiresAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  /** Of a changed content: at whose click it showed. null: a clock ended it. */
  endedBy: personSchema.nullable(),
  endReason: z.string().nullable(),
  /** What differed when it was invalidated. */
  endChanges: z.array(contentChangeSchema),
  /** Of a break-glass release: the second person. */
  reviewedBy: personSchema.nullable(),
  reviewedAt: z.string().nullable(),
});
export type ReleaseRequest = ValueOf<typeof releaseRequestSchema>;

/** What has begun or ended waits for nothing more. */
export const isDecided = ({ state }: Pick<ReleaseRequest, 'state'>): boolean =>
  state !== 'open' && state !== 'approved';

export const approvalSchema = z.object({
  person: personSchema,
  decision: z.enum(['approved', 'rejected', 'taken_back']),
  digest: z.string(),
  reason: z.string().nullable(),
  /** RFC 3339. */
  decidedAt: z.string(),
});
export type Approval = ValueOf<typeof approvalSchema>;

/** The approvals that stand for what the request holds now. */
export function standingApprovals(
  request: Pick<ReleaseRequest, 'digest'>,
  approvals: readonly Approval[],
): readonly Approval[] {
  return approvals.filter(({ decision, digest }) => decision === 'approved' && digest === request.digest);
}
