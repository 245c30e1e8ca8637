import type { CheckRun } from '../domain/check-run.js';
import type { Quorum } from '../domain/quorum.js';
import { type Approval, type ReleaseRequest, standingApprovals } from '../domain/release-request.js';
import type { ReleaseState } from '../domain/release-state.js';
import type { ApprovalPolicy } from '../runbook/targets-schema.js';
import type { ReleaseContext } from './release-context.js';
import { quorumOf, standingsOf } from './settle-quorum.js';
import { selectApprovals } from './store/approvals.js';
import { type Incident, selectIncident, selectReleaseOutcome } from './store/releases.js';
import { findRequest } from './store/requests.js';

/** Everything that a message about a request shows. */
export interface RequestView {
  readonly request: ReleaseRequest;
  /** Those that stand for what the request holds now, in their order. */
  readonly approvals: readonly Approval[];
  /** undefined: Slack does not tell who the approvers are. */
  readonly quorum: Quorum | undefined;
  readonly policy: ApprovalPolicy;
  readonly channel: string;
  /** What has become of its release; undefined: it has not started. */
  readonly outcome: ReleaseState | undefined;
  /** undefined: the run is gone. */
  readonly run: CheckRun | undefined;
  /** The halt that it follows, where there is one. */
  readonly incident?: Incident | undefined;
}

/** undefined for a request, or a target, that does not exist. */
export async function readRequestView(
  context: Pick<ReleaseContext, 'database' | 'targets' | 'runs' | 'approvers'>,
  requestId: string,
): Promise<RequestView | undefined> {
  const request = await findRequest(context, requestId);
  const target = request && context.targets.targets.get(request.target);
  if (request === undefined || target === undefined) return undefined;
  const { incidentId } = request;
  const [all, run, outcome, incident] = await Promise.all([
    selectApprovals(context.database, requestId),
    context.runs.get(request.checkRunId),
    selectReleaseOutcome(context.database, requestId),
    incidentId === null ? undefined : selectIncident(context.database, incidentId),
  ]);
  const channel = target.channels?.reports ?? '';
  const standing = standingApprovals(request, all);
  const quorum = await standingsOf(context, target, standing).then(
    (standings) => quorumOf(request, target, standing, standings),
    () => undefined,
  );
  return { request, approvals: standing, quorum, policy: target.approval, channel, outcome, run, incident };
}
