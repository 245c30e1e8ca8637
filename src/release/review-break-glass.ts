import { judgeApprover } from '../domain/quorum.js';
import { refused } from '../domain/release-refusal.js';
import { type Decision, type DecisionResult, refuseFor } from './decide.js';
import { type ReleaseContext, recordNow, targetOf } from './release-context.js';
import { findRequest, markBreakGlassReviewed } from './store/requests.js';

/** A second person has looked at a release that skipped its approvals: ordinary ones may go on. */
export async function reviewBreakGlass(
  context: ReleaseContext,
  { requestId, person }: Decision,
): Promise<DecisionResult> {
  const request = await findRequest(context, requestId);
  const target = request && targetOf(context, request);
  if (request === undefined || target === undefined || request.kind !== 'break_glass') {
    return refused('request_unknown');
  }
  const refuse = refuseFor(context, request, person, 'review');
  if (person.surface === 'terminal') return refuse(refused('only_in_slack'));
  const [standing] = await context.approvers.standings(target.approval, [person.id]);
  const judgement = standing && judgeApprover(standing, request.requesterSlackId ?? undefined);
  if (judgement?.kind === 'refuse' && judgement.reason === 'self_approval') {
    return refuse(refused('own_break_glass', { by: request.requestedBy.name }));
  }
  const isAdmin = (await context.access.mayAct('admin', person, { fresh: true })).kind === 'allowed';
  if (judgement?.kind !== 'counts' && !isAdmin) return refuse(refused('not_an_approver'));

  const isFirst = await context.transact(async (client) => {
    const marked = await markBreakGlassReviewed(client, requestId, person, context.now());
    if (marked) await context.subjectChanged(client, `request:${requestId}`);
    return marked;
  });
  if (isFirst) {
    const details = { requestId };
    await recordNow(context, { kind: 'release.glass_reviewed', target: target.name, actor: person, details });
  }
  return { kind: 'done', repeated: !isFirst };
}
