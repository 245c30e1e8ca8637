/** How many people a target wants, and from which groups; a part of its approval policy. */
export interface QuorumPolicy {
  /** Different people. */
  readonly quorum: number;
  /** User groups with a place of their own each. */
  readonly groups: readonly string[];
}

/** Who somebody is at this moment. */
export interface Standing {
  readonly personId: string;
  /** False for a bot, a guest and a deactivated user. */
  readonly isActiveMember: boolean;
  /** Of the policy's groups, those that the person belongs to. */
  readonly groups: readonly string[];
  /** Listed by the policy beside its groups. */
  readonly isListed: boolean;
}

type ApproverJudgement =
  | { readonly kind: 'counts' }
  | { readonly kind: 'refuse'; readonly reason: 'self_approval' | 'not_active_member' | 'not_an_approver' };

/** Whether somebody's approval counts at all. @param requesterId undefined: not known in Slack */
export function judgeApprover(standing: Standing, requesterId: string | undefined): ApproverJudgement {
  if (standing.personId === requesterId) return { kind: 'refuse', reason: 'self_approval' };
  if (!standing.isActiveMember) return { kind: 'refuse', reason: 'not_active_member' };
  const isApprover = standing.isListed || standing.groups.length > 0;
  return isApprover ? { kind: 'counts' } : { kind: 'refuse', reason: 'not_an_approver' };
}

/** One place of a quorum and who fills it. */
interface QuorumPlace {
  /** Of the other target whose people are asked as well. */
  readonly target?: string | undefined;
  /** undefined: any approver. */
  readonly group: string | undefined;
  readonly personId: string | undefined;
}

export interface Quorum {
  readonly places: readonly QuorumPlace[];
  readonly reached: boolean;
}

/**
 * Seats approvers so that as many places as possible are filled. One person fills one place, however often they
 * appear and however many groups they belong to; the requester, bots, guests, deactivated users and people who are
 * no approvers fill none.
 * @param requesterId undefined: the requester is not known in Slack and could be among the approvers, so one place more is asked for.
 */
export function evaluateQuorum(
  policy: QuorumPolicy,
  requesterId: string | undefined,
  approvers: readonly Standing[],
): Quorum {
  const groups = placesOf(policy, requesterId === undefined ? 1 : 0);
  const seated: (Standing | undefined)[] = groups.map(() => undefined);
  const present = new Set<string>();
  for (const approver of approvers) {
    if (present.has(approver.personId) || judgeApprover(approver, requesterId).kind === 'refuse') continue;
    present.add(approver.personId);
    seat(approver, groups, seated, new Set());
  }
  const places = groups.map((group, index) => ({ group, personId: seated[index]?.personId }));
  return { places, reached: places.every(({ personId }) => personId !== undefined) };
}

interface PolicyOfTarget extends QuorumPolicy {
  /** undefined: the release's own. */
  readonly target?: string;
  readonly users: readonly string[];
}

/** Several policies, each filled by its own people: who belongs to two of them fills a place of each. */
export function evaluateQuorums(
  policies: readonly PolicyOfTarget[],
  requesterId: string | undefined,
  approvers: readonly Standing[],
): Quorum {
  const quorums = policies.map((policy) => {
    const own = approvers.map((one) => ({
      ...one,
      groups: one.groups.filter((group) => policy.groups.includes(group)),
      isListed: policy.users.includes(one.personId),
    }));
    return { target: policy.target, ...evaluateQuorum(policy, requesterId, own) };
  });
  return {
    places: quorums.flatMap(({ target, places }) => places.map((place) => ({ ...place, target }))),
    reached: quorums.every(({ reached }) => reached),
  };
}

/** The places of the groups first, then those that any approver fills. */
function placesOf({ quorum, groups }: QuorumPolicy, further: number): readonly (string | undefined)[] {
  const required = [...new Set(groups)];
  const free = Math.max(quorum + further - required.length, 0);
  return [...required, ...Array.from({ length: free }, () => undefined)];
}

/** Kuhn's augmenting path: who sits already may move to another place that fits. */
function seat(
  person: Standing,
  places: readonly (string | undefined)[],
  seated: (Standing | undefined)[],
  tried: Set<number>,
): boolean {
  for (const [index, group] of places.entries()) {
    const fits = group === undefined || person.groups.includes(group);
    if (!fits || tried.has(index)) continue;
    tried.add(index);
    const sitting = seated[index];
    if (sitting === undefined || seat(sitting, places, seated, tried)) {
      seated[index] = person;
      return true;
    }
  }
  return false;
}
