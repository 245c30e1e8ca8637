import { subMinutes } from 'date-fns/subMinutes';
import { canConfirm } from './release-course.js';
import type { ReleaseRecord } from './release-record.js';
import type { ReleaseRequest } from './release-request.js';

/** So long before a clock runs out people are called once more; a clock that is no longer than this has no second call. */
const LAST_CALL_MINUTES = 10;

const CALL_KINDS = [
  'approve',
  'approve_soon',
  'again',
  'start',
  'start_soon',
  'ended',
  'confirm',
  'confirm_soon',
] as const;

/** A reply that notifies the people who are needed. Each is made once. */
export interface ReleaseCall {
  readonly kind: (typeof CALL_KINDS)[number];
  /** Which one of its kind it is: calls of different occasions are different calls. */
  readonly occasion: string;
}

/** The role under which its message is kept. */
const roleOf = (kind: ReleaseCall['kind'], occasion: string | number): string => `call ${kind} ${occasion}`;

/** @returns undefined for a message that is no call */
export function callOfRole(role: string): ReleaseCall | undefined {
  const [word, kind, occasion = ''] = role.split(' ');
  const known = CALL_KINDS.find((each) => each === kind);
  return word === 'call' && known !== undefined ? { kind: known, occasion } : undefined;
}

interface CallFacts {
  readonly request: ReleaseRequest;
  /** How long its two clocks run. */
  readonly clocks: { readonly quorumMinutes: number; readonly startMinutes: number };
  /** By the database's clock, which the request's clocks are kept by. */
  readonly now: Date;
  /** The roles of the messages that it has already. */
  readonly standing: readonly string[];
  /** The digest of what somebody approved before its evidence became worse. */
  readonly droppedDigest: string | undefined;
}

/** Who has to be called at this moment, by the roles of the messages, and when more may have to be. */
interface DueCalls {
  readonly roles: readonly string[];
  readonly nextAt?: Date;
}

export function callsOfRequest(facts: CallFacts): DueCalls {
  const { request, clocks, now } = facts;
  const { state, quorumExpiresAt, startExpiresAt } = request;
  if (state === 'open') {
    // Each quorum that was lost again is an occasion to call anew.
    const lost = facts.standing.filter((role) => callOfRole(role)?.kind === 'start').length;
    const roles = [
      roleOf('approve', lost),
      ...(facts.droppedDigest === undefined ? [] : [roleOf('again', facts.droppedDigest.slice(0, 12))]),
    ];
    const clock = { kind: 'approve_soon', at: quorumExpiresAt, minutes: clocks.quorumMinutes } as const;
    return withLastCall(roles, clock, now);
  }
  if (state === 'approved' && startExpiresAt !== null) {
    const clock = { kind: 'start_soon', at: startExpiresAt, minutes: clocks.startMinutes } as const;
    return withLastCall([roleOf('start', startExpiresAt)], clock, now);
  }
  return { roles: isNews(facts) ? [roleOf('ended', state)] : [] };
}

/** While an approver's word is wanted for what lacks only data: a release turns itself off without it. */
export function callsOfRelease(release: ReleaseRecord, confirmMinutes: number, now: Date): DueCalls {
  if (!canConfirm(release)) return { roles: [] };
  const clock = { kind: 'confirm_soon', at: release.confirmBy, minutes: confirmMinutes } as const;
  return withLastCall([roleOf('confirm', release.confirmBy)], clock, now);
}

interface RunningClock {
  readonly kind: ReleaseCall['kind'];
  /** RFC 3339. */
  readonly at: string;
  /** How long it runs in all. */
  readonly minutes: number;
}

function withLastCall(roles: readonly string[], { kind, at, minutes }: RunningClock, now: Date): DueCalls {
  if (minutes <= LAST_CALL_MINUTES || now >= new Date(at)) return { roles };
  const dueAt = subMinutes(new Date(at), LAST_CALL_MINUTES);
  return now < dueAt ? { roles, nextAt: dueAt } : { roles: [...roles, roleOf(kind, at)] };
}

const NEWS_MS = 24 * 3_600_000;

/** Who ended their request themselves need not be told; nor is what ended long ago, e.g. before an upgrade, any news. */
function isNews({ request, now }: CallFacts): boolean {
  const { endedAt, endedBy, requestedBy, requesterSlackId } = request;
  if (endedAt === null || now.getTime() - Date.parse(endedAt) > NEWS_MS) return false;
  const isOwn = endedBy !== null && (endedBy.id === requesterSlackId || endedBy.id === requestedBy.id);
  return request.state === 'executed' || !isOwn;
}
