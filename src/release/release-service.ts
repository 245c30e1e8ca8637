import type { CheckState } from '../checks/run-request.js';
import type { CheckRun } from '../domain/check-run.js';
import type { DeployWish } from '../domain/deploy-wish.js';
import type { Person } from '../domain/person.js';
import type { ReleaseRefusal } from '../domain/release-refusal.js';
import type { ReleaseRequest } from '../domain/release-request.js';
import type { TargetLock } from '../domain/target-lock.js';
import type { Target } from '../runbook/targets.js';
import { type CheckedPlan, checkPlan } from './check-plan.js';
import {
  approveRequest,
  type Decision,
  type DecisionResult,
  rejectRequest,
  takeBackApproval,
  withdrawRequest,
} from './decide.js';
import type { PlanRefused } from './draw-up-plan.js';
import { expireRequest } from './end-request.js';
import { type ReleaseContext, refuseUnlessRole } from './release-context.js';
import { type RenewResult, renewEvidence } from './renew-evidence.js';
import {
  breakGlass,
  modelNotProved,
  type RequestResult,
  type RequestWish,
  requestRelease,
  standingObstacle,
} from './request-release.js';
import { type RequestView, readRequestView } from './request-view.js';
import { reviewBreakGlass } from './review-break-glass.js';
import { listStaging, type StagedFiles } from './staging.js';
import { type StartResult, startRelease } from './start-release.js';
import { selectLock } from './store/locks.js';
import { selectLiveRequest } from './store/requests.js';
import { type LockResult, lockTarget, type UnlockResult, unlockTarget } from './target-locks.js';

/** The use cases of a release up to its start; what happens then is the engine's. */
export interface ReleaseService {
  /** What waits in a target's staging folder. */
  staged(target: Target): Promise<StagedFiles>;
  plan(
    wish: DeployWish,
    target: Target,
    by: Person,
    onProgress?: (checks: readonly CheckState[]) => void,
  ): Promise<CheckedPlan | PlanRefused>;
  /** Why no release of this kind can be asked for by this person now; undefined: it can. */
  obstacle(target: Target, by: Person, kind: ReleaseRequest['kind']): Promise<ReleaseRefusal | undefined>;
  /** Whether the person may skip the approvals of what this run has judged. */
  mayBreakGlass(by: Person, run: CheckRun): Promise<boolean>;
  request(asked: RequestWish): Promise<RequestResult>;
  breakGlass(asked: RequestWish): Promise<RequestResult>;
  review(decision: Decision): Promise<DecisionResult>;
  approve(decision: Decision & { readonly digest: string }): Promise<DecisionResult>;
  reject(decision: Decision & { readonly reason: string }): Promise<DecisionResult>;
  takeBack(decision: Decision): Promise<DecisionResult>;
  withdraw(decision: Decision): Promise<DecisionResult>;
  renewEvidence(decision: Decision): Promise<RenewResult>;
  start(decision: Decision & { readonly digest: string }): Promise<StartResult>;
  /** Of a timer: ends the request where its clock has run out. Any number of times. */
  expire(requestId: string): Promise<boolean>;
  view(requestId: string): Promise<RequestView | undefined>;
  /** The request of a target that is not over yet. */
  live(target: string): Promise<ReleaseRequest | undefined>;
  lockOf(target: string): Promise<TargetLock | undefined>;
  lock(wish: {
    readonly target: string;
    readonly person: Person;
    readonly reason: string;
  }): Promise<LockResult>;
  unlock(wish: { readonly target: string; readonly person: Person }): Promise<UnlockResult>;
}

export function createReleaseService(context: ReleaseContext): ReleaseService {
  const { strategy } = context.sources.runbook;
  return {
    staged: async ({ staging }) =>
      staging === undefined ? { models: [], binaries: [] } : listStaging(staging),
    plan: (wish, target, by, onProgress) => checkPlan(context, wish, target, by, onProgress),
    async obstacle(target, by, kind) {
      const forbidden =
        (await refuseUnlessRole(context, kind === 'ordinary' ? 'requester' : 'admin', by)) ??
        (await standingObstacle(context, target, kind));
      return forbidden?.refusal;
    },
    async mayBreakGlass(by, run) {
      const isAdmin = (await context.access.mayAct('admin', by, { fresh: true })).kind === 'allowed';
      return isAdmin && modelNotProved(run) === undefined;
    },
    request: (asked) => requestRelease(context, asked),
    breakGlass: (asked) => breakGlass(context, asked),
    review: (decision) => reviewBreakGlass(context, decision),
    approve: (decision) => approveRequest(context, decision),
    reject: (decision) => rejectRequest(context, decision),
    takeBack: (decision) => takeBackApproval(context, decision),
    withdraw: (decision) => withdrawRequest(context, decision),
    renewEvidence: (decision) => renewEvidence(context, decision),
    start: (decision) => startRelease(context, decision),
    expire: (requestId) => expireRequest(context, requestId),
    view: (requestId) => readRequestView(context, requestId),
    live: (target) => selectLiveRequest(context.database, strategy, target),
    lockOf: (target) => selectLock(context.database, strategy, target),
    lock: (wish) => lockTarget(context, wish),
    unlock: (wish) => unlockTarget(context, wish),
  };
}
