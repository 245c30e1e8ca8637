import { addMinutes } from 'date-fns/addMinutes';
import { THE_BOT } from '../domain/audit-event.js';
import { evaluateQuorums, type Quorum, type Standing } from '../domain/quorum.js';
import { type Approval, type ReleaseRequest, standingApprovals } from '../domain/release-request.js';
import type { Target } from '../runbook/targets.js';
import type { Queryable } from '../store/queryable.js';
import { type ReleaseContext, recordNow, targetOf } from './release-context.js';
import { selectApprovals } from './store/approvals.js';
import { selectReleaseRequest, updateRequestState } from './store/requests.js';

/** As often as somebody approves while the others are being asked about. */
const ATTEMPTS = 20;

/**
 * Brings the state of a request in line with its approvals: `open` becomes `approved` when the quorum is reached,
 * and `approved` becomes `open` again when an approval was taken back or no longer counts. Who people are is asked
 * before the row is held; an approval that comes between makes it ask again.
 */
export async function settleQuorum(context: ReleaseContext, requestId: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const request = await selectReleaseRequest(context.database, requestId);
    const target = request && targetOf(context, request);
    if (request === undefined || target === undefined) return;
    const standings = await standingsOf(
      context,
      request,
      target,
      await selectApprovals(context.database, requestId),
    );
    const settled = await context.transact((client) =>
      settleNow(context, client, requestId, target, standings),
    );
    if (settled === 'ask_again') continue;
    if (settled !== 'unchanged') await recordSettled(context, request, settled);
    return;
  }
  throw new Error(`the approvals of ${requestId} do not come to rest`);
}

type Settled = 'ask_again' | 'unchanged' | 'quorum_reached' | 'quorum_lost';

async function settleNow(
  context: ReleaseContext,
  client: Queryable,
  requestId: string,
  target: Target,
  standings: readonly Standing[],
): Promise<Settled> {
  const { queue, subjectChanged, databaseNow } = context;
  const request = await selectReleaseRequest(client, requestId, { lock: true });
  if (request === undefined || (request.state !== 'open' && request.state !== 'approved')) return 'unchanged';
  const approvals = standingApprovals(request, await selectApprovals(client, requestId));
  if (!coversAll(standings, approvals)) return 'ask_again';
  const { reached } = quorumOf(request, target, approvals, standings);
  if (reached === (request.state === 'approved')) return 'unchanged';
  await subjectChanged(client, `request:${requestId}`);
  if (!reached) {
    await updateRequestState(client, requestId, 'open', null);
    return 'quorum_lost';
  }
  const startExpiresAt = addMinutes(await databaseNow(client), target.approval.startMinutes);
  await updateRequestState(client, requestId, 'approved', startExpiresAt);
  await queue.expireAt(client, requestId, startExpiresAt);
  return 'quorum_reached';
}

function recordSettled(context: ReleaseContext, { requestId, target }: ReleaseRequest, settled: Settled) {
  const kind = settled === 'quorum_reached' ? 'release.quorum_reached' : 'release.quorum_lost';
  return recordNow(context, { kind, target, actor: THE_BOT, details: { requestId } });
}

type Planned = Pick<ReleaseRequest, 'plan'>;

/** The target's own policy first, then those of targets for which the release changes something. */
const policiesOf = ({ plan }: Planned, { approval }: Pick<Target, 'approval'>) => [
  approval,
  ...(plan.alsoApprovedBy ?? []),
];

/** Of all whose word counts for a request. */
export function everyApproverOf(request: Planned, target: Pick<Target, 'approval'>) {
  const policies = policiesOf(request, target);
  const all = (key: 'groups' | 'users') => [...new Set(policies.flatMap((policy) => policy[key]))];
  return { groups: all('groups'), users: all('users') };
}

/** Who the approvers are at this moment. @throws UserError `directory_away` */
export function standingsOf(
  { approvers }: Pick<ReleaseContext, 'approvers'>,
  request: Planned,
  target: Pick<Target, 'approval'>,
  approvals: readonly Approval[],
): Promise<readonly Standing[]> {
  const people = approvals.filter(({ decision }) => decision === 'approved').map(({ person }) => person.id);
  return approvers.standings(everyApproverOf(request, target), people);
}

/** The places of a request and who fills them, in the order of the approvals. */
export function quorumOf(
  request: Pick<ReleaseRequest, 'requesterSlackId' | 'plan'>,
  target: Pick<Target, 'approval'>,
  approvals: readonly Approval[],
  standings: readonly Standing[],
): Quorum {
  const seats = approvals.flatMap(
    ({ person }) => standings.find(({ personId }) => personId === person.id) ?? [],
  );
  return evaluateQuorums(policiesOf(request, target), request.requesterSlackId ?? undefined, seats);
}

export const coversAll = (standings: readonly Standing[], approvals: readonly Approval[]): boolean =>
  approvals.every(({ person }) => standings.some(({ personId }) => personId === person.id));
