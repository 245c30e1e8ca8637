import { UserError } from '../conversation/errors.js';
import type { Person } from '../domain/person.js';
import { judgeApprover } from '../domain/quorum.js';
import type { ContentChange } from '../domain/release-content.js';
import { type Refused, refused } from '../domain/release-refusal.js';
import type { Approval, ReleaseRequest } from '../domain/release-request.js';
import { refuseUnlessLive } from '../domain/request-clock.js';
import { redact } from '../domain/secrets.js';
import { endRequest, expireRequest } from './end-request.js';
import { readPresentContent, refuseIfExpired, refuseIfRevoked } from './present-content.js';
import { type ReleaseContext, recordNow, refuseAndRecord, targetOf } from './release-context.js';
import { everyApproverOf, settleQuorum } from './settle-quorum.js';
import { selectApprovals, upsertApproval } from './store/approvals.js';
import { findRequest, selectReleaseRequest } from './store/requests.js';

export type DecisionResult =
  /** `repeated`: it stood already. */
  | { readonly kind: 'done'; readonly repeated: boolean }
  /** What was approved is no longer what stands: the request has ended, and approval is asked for again. */
  | { readonly kind: 'invalidated'; readonly changes: readonly ContentChange[] }
  | Refused;

export interface Decision {
  readonly requestId: string;
  readonly person: Person;
}

/** What every decision begins with: the request, where its clocks still run. @param act for the audit trail */
export async function beginDecision(context: ReleaseContext, { requestId, person }: Decision, act: string) {
  const request = await findRequest(context, requestId);
  if (request === undefined) return refused('request_unknown');
  const refuse = refuseFor(context, request, person, act);
  // A clock that has run out ends the request here and now, whatever its timer does.
  await expireRequest(context, requestId);
  const closed = refuseUnlessLive(request, ['open', 'approved'], await context.databaseNow(context.database));
  return closed === undefined ? ({ kind: 'begun', request, refuse } as const) : refuse(closed);
}

/** @param digest what the person saw; the server works it out again from what stands now. */
export async function approveRequest(
  context: ReleaseContext,
  { requestId, digest, person }: Decision & { readonly digest: string },
): Promise<DecisionResult> {
  const begun = await beginDecision(context, { requestId, person }, 'approve');
  if (begun.kind === 'refused') return begun;
  const { request, refuse } = begun;
  if (request.digest !== digest) return refuse(refused('request_renewed'));
  const stranger = await refuseUnlessApprover(context, request, person, 'every');
  if (stranger !== undefined) return refuse(stranger);

  const present = await readPresentContent(context, request);
  if (present.kind === 'unknown') return refuse({ kind: 'refused', refusal: present.refusal });
  if (present.kind === 'changed') return invalidateRequest(context, { requestId, person }, present.changes);
  const expired = refuseIfExpired(present.run, context.now());
  if (expired !== undefined) return refuse(expired);
  const revoked = await refuseIfRevoked(context.database, present.run);
  if (revoked !== undefined) return refuse(revoked);

  const decision = { person, decision: 'approved', digest, reason: null } as const;
  const written = await writeApproval(context, requestId, decision);
  if (written.kind === 'refused') return refuse(written);
  if (!written.repeated) {
    const details = { requestId, digest };
    await recordNow(context, { kind: 'release.approved', target: request.target, actor: person, details });
  }
  await settleStored(context, requestId);
  return written;
}

/** One rejection ends the request. The requester withdraws instead. */
export async function rejectRequest(
  context: ReleaseContext,
  { requestId, person, reason }: Decision & { readonly reason: string },
): Promise<DecisionResult> {
  const begun = await beginDecision(context, { requestId, person }, 'reject');
  if (begun.kind === 'refused') return begun;
  const { request, refuse } = begun;
  if (reason.trim() === '') return refused('reason_missing');
  const stranger = await refuseUnlessApprover(context, request, person, 'every');
  if (stranger?.refusal.code === 'self_approval') return refuse(refused('withdraw_instead'));
  if (stranger !== undefined) return refuse(stranger);
  const facts = { state: 'rejected', by: person, reason: redact(reason.trim()) } as const;
  const ended = await endRequest(context, requestId, facts);
  return ended ? { kind: 'done', repeated: false } : closedNow(context, requestId);
}

/** Only until the release starts. */
export async function takeBackApproval(
  context: ReleaseContext,
  { requestId, person }: Decision,
): Promise<DecisionResult> {
  const begun = await beginDecision(context, { requestId, person }, 'take_back');
  if (begun.kind === 'refused') return begun;
  const { request, refuse } = begun;
  const approvals = await selectApprovals(context.database, requestId);
  const own = approvals.find(
    (approval) => approval.person.id === person.id && approval.decision === 'approved',
  );
  if (own === undefined) return refuse(refused('nothing_to_take_back'));
  const decision = { person, decision: 'taken_back', digest: own.digest, reason: null } as const;
  const written = await writeApproval(context, requestId, decision);
  if (written.kind === 'refused') return refuse(written);
  const { target } = request;
  const details = { requestId };
  await recordNow(context, { kind: 'release.approval_taken_back', target, actor: person, details });
  await settleStored(context, requestId);
  return written;
}

/** Only until the release starts; by who asked for it, or an admin. */
export async function withdrawRequest(
  context: ReleaseContext,
  { requestId, person }: Decision,
): Promise<DecisionResult> {
  const begun = await beginDecision(context, { requestId, person }, 'withdraw');
  if (begun.kind === 'refused') return begun;
  const { request, refuse } = begun;
  const { requestedBy, requesterSlackId } = request;
  const isOwn =
    person.id === requesterSlackId ||
    (person.surface === requestedBy.surface && person.id === requestedBy.id);
  if (!isOwn && (await context.access.mayAct('admin', person, { fresh: true })).kind === 'refused') {
    return refuse(refused('not_yours_to_withdraw', { by: requestedBy.name }));
  }
  const ended = await endRequest(context, requestId, { state: 'withdrawn', by: person });
  return ended ? { kind: 'done', repeated: false } : closedNow(context, requestId);
}

/** What was decided stands, also where the quorum cannot be counted now: never told as if it did not. */
async function settleStored(context: ReleaseContext, requestId: string): Promise<void> {
  try {
    await settleQuorum(context, requestId);
  } catch (cause) {
    throw new UserError('quorum_not_counted', {}, { cause });
  }
}

/** Writes with the row held, so that nothing is decided about a request that has ended or moved on. */
async function writeApproval(
  context: ReleaseContext,
  requestId: string,
  approval: Omit<Approval, 'decidedAt'>,
): Promise<Extract<DecisionResult, { kind: 'done' }> | Refused> {
  return context.transact(async (client) => {
    const request = await selectReleaseRequest(client, requestId, { lock: true });
    if (request === undefined) return refused('request_unknown');
    const closed = refuseUnlessLive(request, ['open', 'approved'], await context.databaseNow(client));
    if (closed !== undefined) return closed;
    if (request.digest !== approval.digest && approval.decision === 'approved')
      return refused('request_renewed');
    const decidedAt = context.now().toISOString();
    const isNew = await upsertApproval(client, requestId, { ...approval, decidedAt });
    if (isNew) await context.subjectChanged(client, `request:${requestId}`);
    return { kind: 'done', repeated: !isNew };
  });
}

/** @param whose approver: of the release's own target, or of every target for which it changes something */
export async function refuseUnlessApprover(
  context: Pick<ReleaseContext, 'targets' | 'approvers'>,
  request: ReleaseRequest,
  person: Person,
  whose: 'own' | 'every',
): Promise<Refused | undefined> {
  const target = targetOf(context, request);
  if (target === undefined) return refused('request_unknown');
  if (person.surface === 'terminal') return refused('only_in_slack');
  const policy = whose === 'own' ? target.approval : everyApproverOf(request, target);
  const [standing] = await context.approvers.standings(policy, [person.id]);
  if (standing === undefined) return refused('not_an_approver');
  const judgement = judgeApprover(standing, request.requesterSlackId ?? undefined);
  return judgement.kind === 'counts' ? undefined : refused(judgement.reason);
}

/** What was asked for is no longer what stands, as this person's click showed; a refusal where the request has ended or started meanwhile. */
export async function invalidateRequest(
  context: ReleaseContext,
  { requestId, person: by }: Decision,
  changes: readonly ContentChange[],
): Promise<Extract<DecisionResult, { kind: 'invalidated' }> | Refused> {
  const ended = await endRequest(context, requestId, { state: 'invalidated', by, changes });
  return ended ? { kind: 'invalidated', changes } : closedNow(context, requestId);
}

async function closedNow(context: ReleaseContext, requestId: string): Promise<Refused> {
  const request = await findRequest(context, requestId);
  return refused('request_closed', { state: request?.state ?? 'expired' });
}

export function refuseFor(context: ReleaseContext, request: ReleaseRequest, actor: Person, act: string) {
  const about = { target: request.target, actor, requestId: request.requestId, act };
  return (refusal: Refused) => refuseAndRecord(context, refusal, about);
}
