import { addMinutes } from 'date-fns/addMinutes';
import type { CheckRun } from '../domain/check-run.js';
import type { DeployWish } from '../domain/deploy-wish.js';
import type { Person } from '../domain/person.js';
import { type Refused, refused } from '../domain/release-refusal.js';
import { type Acknowledged, DRIFT, type ReleaseRequest } from '../domain/release-request.js';
import { verdictAt } from '../domain/verdict.js';
import type { Target } from '../runbook/targets.js';
import { hasDrift, warningsOf } from './check-plan.js';
import { type ComposedPlan, composePlan, type PlanRefused } from './draw-up-plan.js';
import { refuseUnlessLoaded } from './loaded-configuration.js';
import { evidenceOf, planDigest } from './plan-digest.js';
import { type ReleaseContext, recordNow, refuseAndRecord, refuseUnlessRole } from './release-context.js';
import { selectLock } from './store/locks.js';
import { selectOpenIncident } from './store/releases.js';
import { insertReleaseRequest, selectLiveRequest, selectUnreviewedBreakGlass } from './store/requests.js';
import { transactStart, writeReleaseStart } from './write-release-start.js';

/** What a person was shown and now asks for. */
export interface RequestWish {
  readonly wish: DeployWish;
  readonly target: Target;
  readonly by: Person;
  /** The run that judged the plan. */
  readonly runId: string;
  /** Of the plan as it was shown. */
  readonly digest: string;
  /** Checks, and `DRIFT`, that the person took upon themselves. */
  readonly acknowledged: readonly string[];
}

export type RequestResult =
  | { readonly kind: 'requested'; readonly request: ReleaseRequest }
  | Refused
  | PlanRefused;

/** Asks for the approvals of a release. Refused unless what was shown still stands and may be asked for. */
export async function requestRelease(context: ReleaseContext, asked: RequestWish): Promise<RequestResult> {
  const { target, by } = asked;
  const refuse = (refusal: Refused) =>
    refuseAndRecord(context, refusal, { target: target.name, actor: by, act: 'request' });

  const forbidden =
    (await refuseUnlessRole(context, 'requester', by)) ??
    refuseUnlessKnown(context, by) ??
    (await standingObstacle(context, target, 'ordinary'));
  if (forbidden !== undefined) return refuse(forbidden);
  const content = await contentAsShown(context, asked);
  if (content.kind !== 'content') return 'refusal' in content ? refuse(content) : content;

  const { composed, run } = content;
  const { verdict } = run;
  if (verdict === 'NO_GO' || verdict === 'HOLD') return refuse(refused('verdict_forbids', { verdict }));
  if (verdictAt(verdict, new Date(run.validUntil), context.now()) !== verdict) {
    return refuse(refused('verdict_expired'));
  }
  const acknowledged = await acknowledgements(context, asked, run, composed);
  if ('refusal' in acknowledged) return refuse(acknowledged);

  const request = newRequest(context, asked, {
    composed,
    run,
    acknowledged: acknowledged.all,
    kind: 'ordinary',
    incidentId: await openIncident(context, target),
  });
  const written = await context.transact(async (client) => {
    if (!(await insertReleaseRequest(client, request))) return false;
    await context.subjectChanged(client, `request:${request.requestId}`);
    await context.queue.expireAt(client, request.requestId, new Date(request.quorumExpiresAt));
    return true;
  });
  if (!written) return refuse(refused('request_exists'));
  await recordNow(context, {
    kind: 'release.requested',
    target: target.name,
    actor: by,
    reason: request.reason,
    details: {
      requestId: request.requestId,
      incidentId: request.incidentId,
      digest: request.digest,
      runId: run.runId,
      plan: request.plan,
    },
  });
  return { kind: 'requested', request };
}

/** Nobody may approve their own request: who cannot be told from the approvers asks for none. */
function refuseUnlessKnown({ access }: Pick<ReleaseContext, 'access'>, by: Person): Refused | undefined {
  const isKnown = access.slackIdOf(by) !== undefined;
  return isKnown ? undefined : refused('requester_unknown', { account: by.name });
}

/**
 * Starts a release without approvals. Needs the admin role, and a model that passes: what is deployed keeps its
 * integrity whatever the hurry. The next ordinary release waits until a second person has reviewed it.
 */
export async function breakGlass(context: ReleaseContext, asked: RequestWish): Promise<RequestResult> {
  const { target, by } = asked;
  const refuse = (refusal: Refused) =>
    refuseAndRecord(context, refusal, { target: target.name, actor: by, act: 'break_glass' });

  const forbidden =
    (await refuseUnlessRole(context, 'admin', by)) ??
    (await standingObstacle(context, target, 'break_glass'));
  if (forbidden !== undefined) return refuse(forbidden);
  const content = await contentAsShown(context, asked);
  if (content.kind !== 'content') return 'refusal' in content ? refuse(content) : content;

  const { composed, run } = content;
  const unproved = modelNotProved(run);
  if (unproved !== undefined) return refuse(unproved);
  const at = context.now().toISOString();
  const subjects = [...warningsOf(run), ...(hasDrift(composed.plan) ? [DRIFT] : [])];
  const acknowledged = subjects.map((subject) => ({ subject, by, at }));
  const incidentId = await openIncident(context, target);
  const request = newRequest(context, asked, {
    composed,
    run,
    acknowledged,
    kind: 'break_glass',
    incidentId,
  });
  const outcome = await transactStart(context, request, async (client) => {
    if (!(await insertReleaseRequest(client, request))) return refused('request_exists');
    return writeReleaseStart(context, client, request, target);
  });
  if (outcome.kind === 'refused') return refuse(outcome);
  await recordNow(context, {
    kind: 'release.glass_broken',
    target: target.name,
    actor: by,
    reason: request.reason,
    details: {
      requestId: request.requestId,
      incidentId: request.incidentId,
      digest: request.digest,
      verdict: run.verdict,
      plan: request.plan,
    },
  });
  return { kind: 'requested', request };
}

/** What stands in the way of any release of the target, whoever asks. */
export async function standingObstacle(
  { database, sources, targets }: ReleaseContext,
  target: Target,
  kind: ReleaseRequest['kind'],
): Promise<Refused | undefined> {
  const { strategy } = sources.runbook;
  const { approval, channels, name } = targets.targets.get(target.name) ?? target;
  if (channels === undefined) return refused('no_reports_channel');
  if (kind === 'ordinary' && approval.groups.length === 0 && approval.users.length === 0) {
    return refused('nobody_may_approve');
  }
  const lock = await selectLock(database, strategy, name);
  if (lock !== undefined) {
    return refused('target_locked', { by: lock.holder.name, since: lock.takenAt, reason: lock.reason });
  }
  const live = await selectLiveRequest(database, strategy, name);
  if (live !== undefined) return refused('request_exists', { by: live.requestedBy.name });
  if (kind === 'break_glass') return undefined;
  const unreviewed = await selectUnreviewedBreakGlass(database, strategy, name);
  return unreviewed === undefined
    ? undefined
    : refused('review_pending', { by: unreviewed.requestedBy.name });
}

type ContentAsShown =
  | { readonly kind: 'content'; readonly composed: ComposedPlan; readonly run: CheckRun }
  | Refused
  | PlanRefused;

/** The plan worked out again, with the run that judged it: both must be what the person saw. */
async function contentAsShown(
  context: ReleaseContext,
  { wish, target, runId, digest }: RequestWish,
): Promise<ContentAsShown> {
  const { sources, runs } = context;
  const [composed, run] = await Promise.all([composePlan(wish, target, sources), runs.get(runId)]);
  if (composed.kind === 'refused') return composed;
  const notLoaded = refuseUnlessLoaded(context, composed.plan);
  if (notLoaded !== undefined) return notLoaded;
  if (run === undefined || run.planned !== true || run.target !== target.name)
    return refused('run_not_stored');
  const present = planDigest({ plan: composed.plan, evidence: evidenceOf(run) });
  return present === digest ? { kind: 'content', composed, run } : refused('content_changed');
}

async function acknowledgements(
  { acknowledgements: store, now }: ReleaseContext,
  { acknowledged, by }: RequestWish,
  run: CheckRun,
  { plan }: ComposedPlan,
): Promise<{ readonly all: readonly Acknowledged[] } | Refused> {
  const earlier = await store.acknowledgedWarnings(run.runId);
  const at = now().toISOString();
  const needed = [...warningsOf(run), ...(hasDrift(plan) ? [DRIFT] : [])];
  const all = needed.flatMap((subject): Acknowledged[] => {
    const known = earlier.find(({ checkId }) => checkId === subject);
    if (known !== undefined) return [{ subject, by: known.person, at: known.at }];
    return acknowledged.includes(subject) ? [{ subject, by, at }] : [];
  });
  const open = needed.filter((subject) => !all.some((one) => one.subject === subject));
  if (open.length > 0) return refused('not_acknowledged', { subjects: open.join(', ') });
  for (const { subject, by: person, at: when } of all) {
    if (subject !== DRIFT) await store.acknowledge({ runId: run.runId, checkId: subject, person, at: when });
  }
  return { all };
}

/** Every check of the model file must pass; a runbook without one proves nothing. */
export function modelNotProved({ checks }: CheckRun): Refused | undefined {
  const ofModel = checks.filter(({ evidence }) => evidence.probe === 'model');
  const wrong = ofModel.find(({ outcome }) => outcome !== 'PASS' && outcome !== 'WARN');
  if (ofModel.length > 0 && wrong === undefined) return undefined;
  return refused('model_not_proved', {
    check: wrong?.id ?? 'model',
    outcome: wrong?.outcome ?? 'SKIPPED',
  });
}

interface RequestContent {
  readonly composed: ComposedPlan;
  readonly run: CheckRun;
  readonly acknowledged: readonly Acknowledged[];
  readonly kind: ReleaseRequest['kind'];
  readonly incidentId: string | null;
}

async function openIncident({ database, sources }: ReleaseContext, target: Target): Promise<string | null> {
  const incident = await selectOpenIncident(database, sources.runbook.strategy, target.name);
  return incident?.haltId ?? null;
}

function newRequest(
  { access, now, newId }: ReleaseContext,
  { wish, target, by, digest }: RequestWish,
  { composed: { plan }, run, acknowledged, kind, incidentId }: RequestContent,
): ReleaseRequest {
  const createdAt = now();
  return {
    requestId: newId(),
    strategy: plan.strategy,
    target: target.name,
    kind,
    state: kind === 'ordinary' ? 'open' : 'approved',
    requestedBy: by,
    requesterSlackId: access.slackIdOf(by) ?? null,
    reason: plan.reason,
    wish: { ...wish, reason: plan.reason },
    plan,
    digest,
    checkRunId: run.runId,
    evidence: evidenceOf(run),
    acknowledged,
    incidentId,
    createdAt: createdAt.toISOString(),
    quorumExpiresAt: addMinutes(createdAt, target.approval.quorumMinutes).toISOString(),
    startExpiresAt: null,
    endedAt: null,
    endedBy: null,
    endReason: null,
    endChanges: [],
    reviewedBy: null,
    reviewedAt: null,
  };
}
