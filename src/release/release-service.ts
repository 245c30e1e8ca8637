import type { RunRequest } from '../checks/run-request.js';
import type { CheckRun } from '../domain/check-run.js';
import type { DeployWish } from '../domain/deploy-wish.js';
import type { Person } from '../domain/person.js';
import type { ReleaseRecord } from '../domain/release-record.js';
import type { ReleaseRequest } from '../domain/release-request.js';
import type { StagedFiles, StagedModel } from '../domain/staged-files.js';
import { frozenAt } from '../runbook/freeze.js';
import type { Target } from '../runbook/targets.js';
import { checkPlan } from './check-plan.js';
import { type ConfirmationWish, confirmRelease, releaseToConfirm } from './confirm-release.js';
import { approveRequest, type Decision, rejectRequest, takeBackApproval, withdrawRequest } from './decide.js';
import { expireRequest } from './end-request.js';
import { readHostLog } from './host-log.js';
import { modelName } from './promotion.js';
import { type ReleaseContext, refuseUnlessRole } from './release-context.js';
import { renewEvidence } from './renew-evidence.js';
import {
  breakGlass,
  modelNotProved,
  type RequestWish,
  requestRelease,
  standingObstacle,
} from './request-release.js';
import { readRequestView } from './request-view.js';
import { reviewBreakGlass } from './review-break-glass.js';
import { listStaging } from './staging.js';
import { startRelease } from './start-release.js';
import { selectLock } from './store/locks.js';
import { selectOpenReleaseId, selectRelease } from './store/releases.js';
import { selectLiveRequest } from './store/requests.js';
import { type LockWish, lockTarget, type NewLockWish, unlockTarget } from './target-locks.js';

/** The use cases of a release up to its start; what happens then is the engine's. */
export function createReleaseService(context: ReleaseContext) {
  const { strategy } = context.sources.runbook;
  return {
    /** What waits in a target's staging folder. */
    staged: async ({ staging }: Target): Promise<StagedFiles> =>
      staging === undefined ? { models: [], binaries: [], skipped: [] } : listStaging(staging),
    plan: (wish: DeployWish, target: Target, by: Person, onProgress?: RunRequest['onProgress']) =>
      checkPlan(context, wish, target, by, onProgress),
    /** Why no release of this kind can be asked for by this person now; undefined: it can. */
    async obstacle(target: Target, by: Person, kind: ReleaseRequest['kind'], supersedes?: string) {
      const forbidden =
        (await refuseUnlessRole(context, kind === 'ordinary' ? 'requester' : 'admin', by)) ??
        (await standingObstacle(context, target, kind, supersedes));
      return forbidden?.refusal;
    },
    /** Whether the person may ask for a release in the place of one that waits. */
    async maySupersede(by: Person) {
      return (await refuseUnlessRole(context, 'operator', by)) === undefined;
    },
    /** Whether the person may skip the approvals of what this run has judged. */
    async mayBreakGlass(by: Person, run: CheckRun) {
      const isAdmin = (await context.access.mayAct('admin', by, { fresh: true })).kind === 'allowed';
      return isAdmin && modelNotProved(run) === undefined;
    },
    /** The freeze that keeps a release of it from starting now. */
    frozen: async ({ freeze }: Target) => frozenAt(freeze, await context.databaseNow(context.database)),
    /** What a staged model has shown where it is promoted from; without one, what is asked for. */
    promotion: (target: Target, model: Pick<StagedModel, 'name' | 'sha256'> | undefined) =>
      context.promotions.of(
        target,
        model === undefined ? [] : [{ sha256: model.sha256, name: modelName(model.name) }],
      ),
    request: (asked: RequestWish) => requestRelease(context, asked),
    breakGlass: (asked: RequestWish) => breakGlass(context, asked),
    review: (decision: Decision) => reviewBreakGlass(context, decision),
    approve: (decision: Decision & { readonly digest: string }) => approveRequest(context, decision),
    reject: (decision: Decision & { readonly reason: string }) => rejectRequest(context, decision),
    takeBack: (decision: Decision) => takeBackApproval(context, decision),
    withdraw: (decision: Decision) => withdrawRequest(context, decision),
    renewEvidence: (decision: Decision) => renewEvidence(context, decision),
    start: (decision: Decision & { readonly digest: string }) => startRelease(context, decision),
    /** An approver's word for a release that lacks only data at its end. */
    confirm: (wish: ConfirmationWish) => confirmRelease(context, wish),
    toConfirm: (target: string) => releaseToConfirm(context, target),
    /** The release of a target that has not ended. */
    async underWay(target: string) {
      const releaseId = await selectOpenReleaseId(context.database, strategy, target);
      return releaseId === undefined ? undefined : selectRelease(context.database, releaseId);
    },
    hostLog: (release: ReleaseRecord, host: string) => readHostLog(context, release, host),
    /** Of a timer: ends the request where its clock has run out. Any number of times. */
    expire: (requestId: string) => expireRequest(context, requestId),
    view: (requestId: string) => readRequestView(context, requestId),
    /** The request of a target that is not over yet. */
    live: (target: string) => selectLiveRequest(context.database, strategy, target),
    lockOf: (target: string) => selectLock(context.database, strategy, target),
    lock: (wish: NewLockWish) => lockTarget(context, wish),
    unlock: (wish: LockWish) => unlockTarget(context, wish),
  };
}

export type ReleaseService = ReturnType<typeof createReleaseService>;
