import { type ContentChange, contentChanges } from '../domain/release-content.js';
import { type Refused, refused } from '../domain/release-refusal.js';
import type { ReleaseRequest } from '../domain/release-request.js';
import { refuseUnlessLive } from '../domain/request-clock.js';
import { evidenceOf, type JudgedPlan, judgePlan } from './check-plan.js';
import { refuseUnlessLoaded } from './configuration-hashes.js';
import { beginDecision, type Decision, invalidateRequest } from './decide.js';
import { composePlan } from './draw-up-plan.js';
import { approvedContent, missingHere } from './present-content.js';
import { type ReleaseContext, recordNow, targetOf } from './release-context.js';
import { settleQuorum } from './settle-quorum.js';
import { refuseUnlessConcerned } from './start-release.js';
import { rebindApprovals } from './store/approvals.js';
import { renewRequestEvidence, selectReleaseRequest } from './store/requests.js';

type RenewResult =
  /** The outcomes are the same or better: the approvals stay. */
  | { readonly kind: 'kept' }
  /** Some are worse, but a release may still be asked for: the approvals are dropped. */
  | { readonly kind: 'dropped'; readonly changes: readonly ContentChange[] }
  | { readonly kind: 'invalidated'; readonly changes: readonly ContentChange[] }
  | Refused;

/** Runs the checks of a request again, on the same plan, because a verdict is good for some minutes only. */
export async function renewEvidence(
  context: ReleaseContext,
  { requestId, person }: Decision,
): Promise<RenewResult> {
  const begun = await beginDecision(context, { requestId, person }, 'renew_evidence');
  if (begun.kind === 'refused') return begun;
  const { request, refuse } = begun;
  const target = targetOf(context, request);
  if (target === undefined) return refused('request_unknown');
  const stranger = await refuseUnlessConcerned(context, request, target, person);
  if (stranger !== undefined) return refuse(stranger);

  const composed = await composePlan(request.wish, target, context.sources);
  if (composed.kind === 'refused') {
    const [first = { code: 'content_changed' as const }] = composed.refusals;
    const refusal = missingHere(composed) ?? first;
    return refuse({ kind: 'refused', refusal });
  }
  const checked = await judgePlan(context, composed, target, person);
  if (!checked.stored) return refuse(refused('run_not_stored'));
  const changes = contentChanges(approvedContent(request), {
    plan: checked.plan,
    evidence: evidenceOf(checked.run),
  });
  if (changes.length > 0 && !isStillRequestable(request, checked, changes)) {
    return invalidateRequest(context, { requestId, person }, changes);
  }
  const notLoaded = refuseUnlessLoaded(context, checked.plan);
  if (notLoaded !== undefined) return refuse(notLoaded);
  const renewed = await bindTo(context, request, checked, changes.length === 0);
  if (renewed.kind === 'refused') return refuse(renewed);
  await recordNow(context, {
    kind: changes.length === 0 ? 'release.evidence_renewed' : 'release.approvals_dropped',
    target: target.name,
    actor: person,
    details: { requestId, runId: checked.run.runId, changes },
  });
  await settleQuorum(context, requestId);
  return changes.length === 0 ? { kind: 'kept' } : { kind: 'dropped', changes };
}

/** Only outcomes are worse, none of them forbids the release, and every warning is known to the requester. */
function isStillRequestable(
  request: ReleaseRequest,
  { run, toAcknowledge }: JudgedPlan,
  changes: readonly ContentChange[],
): boolean {
  const known = request.acknowledged.map(({ subject }) => subject);
  return (
    changes.every(({ part }) => part === 'outcome') &&
    (run.verdict === 'GO' || run.verdict === 'GO_WITH_WARNINGS') &&
    toAcknowledge.every((subject) => known.includes(subject))
  );
}

async function bindTo(
  { transact, subjectChanged, databaseNow }: ReleaseContext,
  seen: ReleaseRequest,
  { run, digest, toAcknowledge }: JudgedPlan,
  keepsApprovals: boolean,
): Promise<{ readonly kind: 'bound' } | Refused> {
  const { requestId } = seen;
  return transact(async (client) => {
    const request = await selectReleaseRequest(client, requestId, { lock: true });
    if (request === undefined) return refused('request_unknown');
    const closed = refuseUnlessLive(request, ['open', 'approved'], await databaseNow(client));
    if (closed !== undefined) return closed;
    // Two people asked for the checks at the same time: the first answer stands.
    if (request.digest !== seen.digest) return refused('request_renewed');
    await renewRequestEvidence(client, requestId, {
      checkRunId: run.runId,
      evidence: evidenceOf(run),
      digest,
      acknowledged: request.acknowledged.filter(({ subject }) => toAcknowledge.includes(subject)),
    });
    if (keepsApprovals) await rebindApprovals(client, requestId, { from: seen.digest, to: digest });
    await subjectChanged(client, `request:${requestId}`);
    return { kind: 'bound' };
  });
}
