import { isDecided, standingApprovals } from '../domain/release-request.js';
import type { RequestView } from '../domain/request-view.js';
import { frozenAt } from '../runbook/freeze.js';
import type { ReleaseContext } from './release-context.js';
import { everyApproverOf, quorumOf, standingsOf } from './settle-quorum.js';
import { selectApprovals } from './store/approvals.js';
import { selectIncident, selectReleaseOutcome } from './store/releases.js';
import { findRequest } from './store/requests.js';

/** Everything that a message about a request shows; undefined for a request, or a target, that does not exist. */
export async function readRequestView(
  context: Pick<ReleaseContext, 'database' | 'databaseNow' | 'targets' | 'runs' | 'approvers'>,
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
    // The halt that it follows, where there is one.
    incidentId === null ? undefined : selectIncident(context.database, incidentId),
  ]);
  const standing = standingApprovals(request, all);
  const dropped = all.filter((one) => one.decision === 'approved' && one.digest !== request.digest);
  const quorum = await standingsOf(context, request, target, standing).then(
    (standings) => quorumOf(request, target, standing, standings),
    // Slack does not tell who the approvers are.
    () => undefined,
  );
  return {
    request,
    approvals: standing,
    dropped,
    quorum,
    policy: { ...target.approval, ...everyApproverOf(request, target) },
    frozen: isDecided(request)
      ? undefined
      : frozenAt(target.freeze, await context.databaseNow(context.database)),
    channel: target.channels?.reports ?? '',
    outcome,
    run,
    incident,
  };
}
