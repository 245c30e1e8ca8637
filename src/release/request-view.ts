import { isDecided, standingApprovals } from '../domain/release-request.js';
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
) {
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
    /** Those that stand for what the request holds now, in their order. */
    approvals: standing,
    /** Who approved what it held before its evidence became worse, and has not decided since. */
    dropped,
    quorum,
    /** With the groups and users of other targets whose approval it takes. */
    policy: { ...target.approval, ...everyApproverOf(request, target) },
    /** While it waits: what keeps it from starting now. */
    frozen: isDecided(request)
      ? undefined
      : frozenAt(target.freeze, await context.databaseNow(context.database)),
    channel: target.channels?.reports ?? '',
    /** What has become of its release; undefined: it has not started. */
    outcome,
    /** undefined: the run is gone. */
    run,
    incident,
  };
}

export type RequestView = NonNullable<Awaited<ReturnType<typeof readRequestView>>>;
