import { addMinutes } from 'date-fns/addMinutes';
import type { CheckRun } from '../domain/check-run.js';
import type { DeployWish } from '../domain/deploy-wish.js';
import type { Person } from '../domain/person.js';
import type { Promotion } from '../domain/promotion.js';
import type { ReleasePlan } from '../domain/release-plan.js';
import { type Refused, refused } from '../domain/release-refusal.js';
import {
  type Acknowledged,
  alsoSubject,
  isDecided,
  isDriftSubject,
  type ReleaseRequest,
  targetOfSubject,
} from '../domain/release-request.js';
import { verdictAt } from '../domain/verdict.js';
import { frozenAt } from '../runbook/freeze.js';
import type { Target } from '../runbook/targets.js';
import type { Queryable } from '../store/queryable.js';
import { evidenceOf, planDigest, subjectsToAcknowledge } from './check-plan.js';
import { refuseUnlessLoaded } from './configuration-hashes.js';
import { type ComposedPlan, composePlan, type PlanRefused } from './draw-up-plan.js';
import { endWithin, expireRequest, recordEnd } from './end-request.js';
import { keepModelMeta } from './keep-model-meta.js';
import { refuseIfRevoked } from './present-content.js';
import { refuseUnlessPromoted } from './promotion.js';
import { type ReleaseContext, recordNow, refuseAndRecord, refuseUnlessRole } from './release-context.js';
import { frozenRefusal, transactStart, writeReleaseStart } from './start-release.js';
import { lockFacts, selectLock } from './store/locks.js';
import { selectOpenIncident } from './store/releases.js';
import { insertReleaseRequest, selectLiveRequest, selectUnreviewedBreakGlass } from './store/requests.js';

/** What a person was shown and now asks for. */
export interface RequestWish {
  readonly wish: DeployWish;
  readonly target: Target;
  readonly by: Person;
  /** The run that judged the plan. */
  readonly runId: string;
  /** Of the plan as it was shown. */
  readonly digest: string;
  /** Checks, and kinds of drift, that the person took upon themselves. */
  readonly acknowledged: readonly string[];
  /** The waiting request in whose place an operator asks for this one. */
  readonly supersedes?: string | undefined;
}

export type RequestResult =
  | { readonly kind: 'requested'; readonly request: ReleaseRequest }
  | Refused
  | PlanRefused;

/** Asks for the approvals of a release. Refused unless what was shown still stands and may be asked for. */
export async function requestRelease(context: ReleaseContext, asked: RequestWish): Promise<RequestResult> {
  const begun = await beginRequest(context, asked, 'ordinary');
  if (begun.kind !== 'begun') return begun;
  const { refuse, composed, run } = begun;
  const { verdict } = run;
  if (verdict === 'NO_GO' || verdict === 'HOLD') return refuse(refused('verdict_forbids', { verdict }));
  if (verdictAt(verdict, new Date(run.validUntil), context.now()) !== verdict) {
    return refuse(refused('verdict_expired'));
  }
  const revoked = await refuseIfRevoked(context.database, run);
  if (revoked !== undefined) return refuse(revoked);
  const notPromoted = refuseUnlessPromoted(begun.promotion);
  if (notPromoted !== undefined) return refuse(notPromoted);
  const acknowledged = await acknowledgements(context, asked, run, composed);
  if ('refusal' in acknowledged) return refuse(acknowledged);

  const request = await newRequest(context, asked, begun, acknowledged.all);
  const written = await context.transact(async (client) => {
    const place = await takePlace(context, client, request, asked.supersedes);
    if (place === undefined) return undefined;
    await context.subjectChanged(client, `request:${request.requestId}`);
    await context.queue.expireAt(client, request.requestId, new Date(request.quorumExpiresAt));
    return place;
  });
  if (written === undefined) return refuse(refused('request_exists'));
  await recordSuperseded(context, written, request);
  await recordRequest(context, 'release.requested', request, { runId: run.runId });
  return { kind: 'requested', request };
}

interface Place {
  /** What waited there before, as it was. */
  readonly superseded: ReleaseRequest | undefined;
}

/** A target has one request at a time. @returns undefined, with nothing written, where another one is not over */
async function takePlace(
  context: ReleaseContext,
  client: Queryable,
  request: ReleaseRequest,
  supersedes: string | undefined,
): Promise<Place | undefined> {
  const superseded =
    supersedes === undefined
      ? undefined
      : await endWithin(
          context,
          client,
          supersedes,
          supersession(request),
          ({ target }) => target === request.target,
        );
  return (await insertReleaseRequest(client, request)) ? { superseded } : undefined;
}

const supersession = ({ requestedBy: by, reason }: ReleaseRequest) =>
  ({ state: 'superseded', by, reason }) as const;

async function recordSuperseded(
  context: ReleaseContext,
  { superseded }: Place,
  request: ReleaseRequest,
): Promise<void> {
  if (superseded === undefined) return;
  await recordEnd(context, superseded, supersession(request), { supersededBy: request.requestId });
}

/** A request whose clocks run out before a freeze ends could never start. */
async function refuseIfFrozenTooLong(
  { databaseNow, database }: Pick<ReleaseContext, 'databaseNow' | 'database'>,
  { freeze, approval }: Target,
): Promise<Refused | undefined> {
  if (freeze.length === 0) return undefined;
  const now = await databaseNow(database);
  const frozen = frozenAt(freeze, now);
  const lastStart = addMinutes(now, approval.quorumMinutes + approval.startMinutes);
  return frozen !== undefined && new Date(frozen.until) >= lastStart ? frozenRefusal(frozen) : undefined;
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
  const begun = await beginRequest(context, asked, 'break_glass');
  if (begun.kind !== 'begun') return begun;
  const { refuse, composed, run } = begun;
  const unproved = modelNotProved(run);
  if (unproved !== undefined) return refuse(unproved);
  const at = context.now().toISOString();
  const acknowledged = subjectsToAcknowledge(run, composed.plan).map((subject) => ({ subject, by, at }));
  const request = await newRequest(context, asked, begun, acknowledged);
  const outcome = await transactStart(context, request, async (client) => {
    const place = await takePlace(context, client, request, asked.supersedes);
    if (place === undefined) return refused('request_exists');
    return { ...(await writeReleaseStart(context, client, request, target)), place };
  });
  if (outcome.kind === 'refused') return refuse(outcome);
  await recordSuperseded(context, outcome.place, request);
  await recordRequest(context, 'release.glass_broken', request, { verdict: run.verdict });
  return { kind: 'requested', request };
}

/** What both begin with: who asks may, nothing stands in the way, and what was shown still stands. */
async function beginRequest(
  context: ReleaseContext,
  asked: RequestWish,
  kind: ReleaseRequest['kind'],
): Promise<Begun | Refused | PlanRefused> {
  const { target, by, supersedes } = asked;
  const act = kind === 'ordinary' ? 'request' : 'break_glass';
  const refuse = (refusal: Refused) =>
    refuseAndRecord(context, refusal, { target: target.name, actor: by, act });
  const forbidden =
    (await refuseUnlessRole(context, kind === 'ordinary' ? 'requester' : 'admin', by)) ??
    (kind === 'ordinary' ? refuseUnlessKnown(context, by) : undefined) ??
    (supersedes === undefined ? undefined : await refuseUnlessRole(context, 'operator', by)) ??
    (await standingObstacle(context, target, kind, supersedes));
  if (forbidden !== undefined) return refuse(forbidden);
  // A plan alone needs none: nobody else reads it.
  if (asked.wish.reason.trim() === '') return refused('reason_missing');
  const content = await contentAsShown(context, asked);
  if (content.kind !== 'content') return 'refusal' in content ? refuse(content) : content;
  const promotion = await context.promotions.ofPlan(target, content.composed.plan);
  return { ...content, kind: 'begun', requestKind: kind, promotion, refuse };
}

interface Begun {
  readonly kind: 'begun';
  readonly requestKind: ReleaseRequest['kind'];
  readonly composed: ComposedPlan;
  readonly run: CheckRun;
  readonly promotion: Promotion | undefined;
  readonly refuse: (refusal: Refused) => Promise<Refused>;
}

function recordRequest(
  context: ReleaseContext,
  kind: 'release.requested' | 'release.glass_broken',
  { requestId, incidentId, digest, plan, target, requestedBy: actor, reason }: ReleaseRequest,
  evidence: { readonly runId: string } | { readonly verdict: string },
): Promise<void> {
  const details = { requestId, incidentId, digest, ...evidence, plan };
  return recordNow(context, { kind, target, actor, reason, details });
}

/**
 * What stands in the way of any release of the target, whoever asks.
 * @param supersedes the waiting request in whose place it is asked for
 */
export async function standingObstacle(
  context: ReleaseContext,
  target: Target,
  kind: ReleaseRequest['kind'],
  supersedes?: string,
): Promise<Refused | undefined> {
  const { database, sources, targets, access } = context;
  const { strategy } = sources.runbook;
  const { approval, channels, name } = targets.targets.get(target.name) ?? target;
  if (channels === undefined) return refused('no_reports_channel');
  if (kind === 'ordinary' && approval.groups.length === 0 && approval.users.length === 0) {
    return refused('nobody_may_approve');
  }
  const lock = await selectLock(database, strategy, name);
  if (lock !== undefined) return refused('target_locked', lockFacts(lock));
  const live = await selectLiveRequest(database, strategy, name);
  // One whose time has run out ends here and now, whatever its timer does.
  const isInTheWay = live !== undefined && (isDecided(live) || live.requestId !== supersedes);
  if (isInTheWay && !(await expireRequest(context, live.requestId))) {
    const operators = access.whoMay('operator').join(', ');
    return refused('request_exists', { by: live.requestedBy.name, state: live.state, who: operators });
  }
  if (kind === 'break_glass') return undefined;
  const unreviewed = await selectUnreviewedBreakGlass(database, strategy, name);
  if (unreviewed !== undefined) return refused('review_pending', { by: unreviewed.requestedBy.name });
  return refuseIfFrozenTooLong(context, target);
}

/** The plan worked out again, with the run that judged it: both must be what the person saw. */
async function contentAsShown(
  context: ReleaseContext,
  { wish, target, runId, digest }: RequestWish,
): Promise<Refused | PlanRefused | (Pick<Begun, 'composed' | 'run'> & { readonly kind: 'content' })> {
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
  const needed = subjectsToAcknowledge(run, plan);
  const all = needed.flatMap((subject): Acknowledged[] => {
    const known = earlier.find(({ checkId }) => checkId === subject);
    if (known !== undefined) return [{ subject, by: known.person, at: known.at }];
    return acknowledged.includes(subject) ? [{ subject, by, at }] : [];
  });
  const open = needed.filter((subject) => !all.some((one) => one.subject === subject));
  if (open.length > 0)
    return changesOther(open, plan) ?? refused('not_acknowledged', { subjects: open.join(', ') });
  for (const { subject, by: person, at: when } of all) {
    if (!isDriftSubject(subject) && targetOfSubject(subject) === undefined)
      await store.acknowledge({ runId: run.runId, checkId: subject, person, at: when });
  }
  return { all };
}

/** It names the other target, and the way out. */
function changesOther(
  open: readonly string[],
  { shared = [], target: own }: ReleasePlan,
): Refused | undefined {
  const place = shared.find(({ target, changes }) => changes && open.includes(alsoSubject(target)));
  if (place === undefined) return undefined;
  const { target, host, path } = place;
  return refused('changes_other_target', { own, target, host, path, subject: alsoSubject(target) });
}

/** Every deciding check of the model file must pass; a runbook without one proves nothing. */
export function modelNotProved({ checks }: CheckRun): Refused | undefined {
  const ofModel = checks.filter(({ mode, evidence }) => mode === 'deciding' && evidence.probe === 'model');
  const wrong = ofModel.find(({ outcome }) => outcome !== 'PASS' && outcome !== 'WARN');
  if (ofModel.length > 0 && wrong === undefined) return undefined;
  return refused('model_not_proved', {
    check: wrong?.id ?? 'model',
    outcome: wrong?.outcome ?? 'SKIPPED',
  });
}

async function newRequest(
  context: ReleaseContext,
  { wish, target, by, digest }: RequestWish,
  { composed: { plan }, run, requestKind: kind, promotion }: Begun,
  acknowledged: readonly Acknowledged[],
): Promise<ReleaseRequest> {
  const { access, now, databaseNow, newId, database } = context;
  await keepModelMeta(context, target, plan);
  const incident = await selectOpenIncident(database, plan.strategy, target.name);
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
    promotion: promotion ?? null,
    incidentId: incident?.haltId ?? null,
    createdAt: now().toISOString(),
    quorumExpiresAt: addMinutes(await databaseNow(database), target.approval.quorumMinutes).toISOString(),
    startExpiresAt: null,
    endedAt: null,
    endedBy: null,
    endReason: null,
    endChanges: [],
    reviewedBy: null,
    reviewedAt: null,
  };
}
