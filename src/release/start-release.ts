import { addMinutes } from 'date-fns/addMinutes';
import type { CheckRun } from '../domain/check-run.js';
import type { Frozen } from '../domain/frozen.js';
import type { Person } from '../domain/person.js';
import { judgeApprover } from '../domain/quorum.js';
import type { ContentChange } from '../domain/release-content.js';
import { type Refused, refused } from '../domain/release-refusal.js';
import { type ReleaseRequest, standingApprovals } from '../domain/release-request.js';
import { stepsOfRelease } from '../domain/release-steps.js';
import { refuseUnlessLive } from '../domain/request-clock.js';
import { frozenAt } from '../runbook/freeze.js';
import type { Target } from '../runbook/targets.js';
import { holdTarget } from '../store/hold-target.js';
import type { Queryable } from '../store/queryable.js';
import { beginDecision, type Decision, invalidateRequest } from './decide.js';
import { readPresentContent, refuseIfExpired, refuseIfRevoked } from './present-content.js';
import { refuseUnlessPromoted } from './promotion.js';
import { type ReleaseContext, recordNow, targetOf } from './release-context.js';
import { coversAll, everyApproverOf, quorumOf, settleQuorum, standingsOf } from './settle-quorum.js';
import { refuseIfSharedAtWork } from './shared-at-work.js';
import { selectApprovals } from './store/approvals.js';
import { lockFacts, selectLock } from './store/locks.js';
import { insertRelease, selectHaltInTheWay } from './store/releases.js';
import { selectReleaseRequest, updateRequestState } from './store/requests.js';

type StartResult =
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
  const begun = await beginDecision(context, { requestId, person }, 'start');
  if (begun.kind === 'refused') return begun;
  const { request, refuse } = begun;
  const target = targetOf(context, request);
  if (target === undefined) return refused('request_unknown');
  if (request.state === 'open') return refuse(refused('quorum_not_reached'));
  if (request.digest !== digest) return refuse(refused('request_renewed'));
  const stranger = await refuseUnlessConcerned(context, request, target, person);
  if (stranger !== undefined) return refuse(stranger);

  const present = await readPresentContent(context, request);
  if (present.kind === 'unknown') return refuse({ kind: 'refused', refusal: present.refusal });
  if (present.kind === 'changed') return invalidateRequest(context, { requestId, person }, present.changes);
  const notPromoted = refuseUnlessPromoted(await context.promotions.ofPlan(target, request.plan));
  if (notPromoted !== undefined) return refuse(notPromoted);
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
  const [standing] = await context.approvers.standings(everyApproverOf(request, target), [person.id]);
  const isApprover =
    standing !== undefined &&
    judgeApprover(standing, request.requesterSlackId ?? undefined).kind === 'counts';
  return isApprover ? undefined : refused('not_allowed', { who: answer.who.join(', ') });
}

async function startWithQuorum(context: ReleaseContext, seen: ReleaseRequest, target: Target, run: CheckRun) {
  const { requestId, digest } = seen;
  const approved = await selectApprovals(context.database, requestId);
  const standings = await standingsOf(context, seen, target, approved);
  return transactStart(context, seen, async (client) => {
    const request = await selectReleaseRequest(client, requestId, { lock: true });
    if (request === undefined) throw new StartRefused(refused('request_unknown'));
    const closed = refuseUnlessLive(request, ['approved'], await context.databaseNow(client));
    if (closed !== undefined) throw new StartRefused(closed);
    if (request.digest !== digest) throw new StartRefused(refused('request_renewed'));
    const approvals = standingApprovals(request, await selectApprovals(client, requestId));
    const isComplete =
      coversAll(standings, approvals) && quorumOf(request, target, approvals, standings).reached;
    if (!isComplete) throw new StartRefused(refused('quorum_not_reached'));
    const expired = refuseIfExpired(run, context.now());
    if (expired !== undefined) throw new StartRefused(expired);
    const revoked = await refuseIfRevoked(client, run);
    if (revoked !== undefined) throw new StartRefused(revoked);
    const frozen = frozenAt(target.freeze, await context.databaseNow(client));
    if (frozen !== undefined) throw new StartRefused(frozenRefusal(frozen));
    return writeReleaseStart(context, client, request, target);
  });
}

export const frozenRefusal = ({ until, why = '' }: Frozen): Refused =>
  refused('frozen', { until, reason: why });

/** A start that was refused takes everything of its transaction back. */
class StartRefused extends Error {
  override readonly name = 'StartRefused';
  readonly refused: Refused;

  constructor(refusal: Refused) {
    super(`the release was not started: ${refusal.refusal.code}`);
    this.refused = refusal;
  }
}

/**
 * Writes a release with its steps and its job, and moves the request to `executing`: all within the caller's
 * transaction, so that there is one start or none.
 * @throws StartRefused where the target is locked or being halted, was halted since the request, or another release is at
 *   work: of it, or of a target on its machines with the same files.
 */
export async function writeReleaseStart(
  {
    queue,
    subjectChanged,
    now,
    databaseNow,
    newId,
    sources,
  }: Pick<ReleaseContext, 'queue' | 'subjectChanged' | 'now' | 'databaseNow' | 'newId' | 'sources'>,
  client: Queryable,
  request: ReleaseRequest,
  target: Target,
): Promise<{ readonly kind: 'started'; readonly releaseId: string }> {
  for (const locked of [request, ...(request.plan.alsoApprovedBy ?? [])]) {
    const lock = await selectLock(client, locked.strategy, locked.target);
    if (lock !== undefined) throw new StartRefused(refused('target_locked', lockFacts(lock)));
  }
  const halt = await selectHaltInTheWay(client, request, request.createdAt);
  if (halt !== undefined) throw new StartRefused(refused('halted_since', halt));
  const shared = await refuseIfSharedAtWork(client, request.plan, sources.everyTarget);
  if (shared !== undefined) throw new StartRefused(shared);
  const startedAt = now();
  const releaseId = newId();
  const written = await insertRelease(client, {
    releaseId,
    requestId: request.requestId,
    plan: request.plan,
    steps: stepsOfRelease(request.plan, target.watch.checkpointMinutes),
    startedAt,
    confirmBy: addMinutes(await databaseNow(client), target.watch.confirmMinutes),
  });
  if (!written) throw new StartRefused(refused('release_running'));
  await updateRequestState(client, request.requestId, 'executing', null);
  await queue.enqueue(client, releaseId);
  await subjectChanged(client, `request:${request.requestId}`);
  return { kind: 'started', releaseId };
}

/**
 * Runs a transaction that may start a release, with the target held against a halt; a refusal is its result, with
 * nothing written.
 */
export async function transactStart<T>(
  { transact }: Pick<ReleaseContext, 'transact'>,
  { strategy, target }: Pick<ReleaseRequest, 'strategy' | 'target'>,
  start: (client: Queryable) => Promise<T>,
): Promise<T | Refused> {
  try {
    return await transact(async (client) => {
      await holdTarget(client, strategy, target);
      return start(client);
    });
  } catch (error) {
    if (error instanceof StartRefused) return error.refused;
    throw error;
  }
}
