import type { CheckRun } from '../domain/check-run.js';
import type { Person } from '../domain/person.js';
import { judgeApprover } from '../domain/quorum.js';
import type { ContentChange } from '../domain/release-content.js';
import { type Refused, refused } from '../domain/release-refusal.js';
import { type ReleaseRequest, standingApprovals } from '../domain/release-request.js';
import { refuseUnlessLive } from '../domain/request-clock.js';
import type { Target } from '../runbook/targets.js';
import type { Decision } from './decide.js';
import { invalidateRequest, refuseClosed, refuseFor } from './decide.js';
import { findRequest } from './find-request.js';
import { readPresentContent } from './present-content.js';
import { type ReleaseContext, recordNow, targetOf } from './release-context.js';
import { refuseIfRevoked } from './revoked-verdict.js';
import { coversAll, quorumOf, settleQuorum, standingsOf } from './settle-quorum.js';
import { selectApprovals } from './store/approvals.js';
import { selectReleaseRequest } from './store/requests.js';
import { StartRefused, transactStart, writeReleaseStart } from './write-release-start.js';

export type StartResult =
  | { readonly kind: 'started'; readonly releaseId: string }
  | { readonly kind: 'invalidated'; readonly changes: readonly ContentChange[] }
  | Refused;

/**
 * Starts an approved release: what stands is compared with what was approved once more, everybody who approved is
 * looked up once more, and one transaction writes the release, its steps and its job.
 */
export async function startRelease(
  context: ReleaseContext,
  { requestId, digest, person }: Decision & { readonly digest: string },
): Promise<StartResult> {
  const request = await findRequest(context, requestId);
  const target = request && targetOf(context, request);
  if (request === undefined || target === undefined) return refused('request_unknown');
  const refuse = refuseFor(context, request, person, 'start');

  const closed = await refuseClosed(context, request, ['open', 'approved']);
  if (closed !== undefined) return refuse(closed);
  if (request.state === 'open') return refuse(refused('quorum_not_reached'));
  if (request.digest !== digest) return refuse(refused('request_renewed'));
  const stranger = await refuseUnlessConcerned(context, request, target, person);
  if (stranger !== undefined) return refuse(stranger);

  const present = await readPresentContent(context, request);
  if (present.kind === 'unknown') return refuse({ kind: 'refused', refusal: present.refusal });
  if (present.kind === 'changed') return invalidateRequest(context, requestId, present.changes);
  const outcome = await startWithQuorum(context, request, target, present.run);
  if (outcome.kind === 'refused') {
    await settleQuorum(context, requestId);
    return refuse(outcome);
  }
  const details = { requestId, releaseId: outcome.releaseId, digest };
  await recordNow(context, { kind: 'release.started', target: target.name, actor: person, details });
  return outcome;
}

/** Whoever asked for it, whoever may ask, and whoever may approve. */
export async function refuseUnlessConcerned(
  context: ReleaseContext,
  request: ReleaseRequest,
  target: Target,
  person: Person,
): Promise<Refused | undefined> {
  const answer = await context.access.mayAct('requester', person, { fresh: true });
  if (answer.kind === 'allowed') return undefined;
  const [standing] = await context.approvers.standings(target.approval, [person.id]);
  const isApprover =
    standing !== undefined &&
    judgeApprover(standing, request.requesterSlackId ?? undefined).kind === 'counts';
  return isApprover ? undefined : refused('not_allowed', { who: answer.who.join(', ') });
}

async function startWithQuorum(context: ReleaseContext, seen: ReleaseRequest, target: Target, run: CheckRun) {
  const { requestId, digest } = seen;
  const standings = await standingsOf(context, target, await selectApprovals(context.database, requestId));
  return transactStart(context, seen, async (client) => {
    const request = await selectReleaseRequest(client, requestId, { lock: true });
    if (request === undefined) throw new StartRefused(refused('request_unknown'));
    const closed = refuseUnlessLive(request, ['approved'], context.now());
    if (closed !== undefined) throw new StartRefused(closed);
    if (request.digest !== digest) throw new StartRefused(refused('request_renewed'));
    const approvals = standingApprovals(request, await selectApprovals(client, requestId));
    const isComplete =
      coversAll(standings, approvals) && quorumOf(request, target, approvals, standings).reached;
    if (!isComplete) throw new StartRefused(refused('quorum_not_reached'));
    const revoked = await refuseIfRevoked(client, run);
    if (revoked !== undefined) throw new StartRefused(revoked);
    return writeReleaseStart(context, client, request, target);
  });
}
