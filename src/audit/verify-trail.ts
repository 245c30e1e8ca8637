import type { ChainHead } from '../domain/audit-event.js';
import type { BrokenLink, TrailVerdict } from '../domain/trail-verdict.js';
import type { AuditTrail } from './audit-trail.js';
import { ChainFollower } from './chain.js';

const PAGE = 1_000;

/** Follows every chain of the database from its first event to its head; what arrives meanwhile is left for next time. */
export async function verifyTrail(trail: Pick<AuditTrail, 'heads' | 'chain'>): Promise<TrailVerdict> {
  const events: Record<string, number> = {};
  const broken: BrokenLink[] = [];
  for (const head of await trail.heads()) {
    const follower = new ChainFollower(head.strategy);
    const link =
      (await follow(trail, follower, head)) ?? follower.end(head) ?? (await pastTheEnd(trail, head));
    events[head.strategy] = follower.head.position;
    if (link !== undefined) broken.push(link);
  }
  return { events, broken };
}

async function follow(
  trail: Pick<AuditTrail, 'chain'>,
  follower: ChainFollower,
  { position }: ChainHead,
): Promise<BrokenLink | undefined> {
  while (follower.head.position < position) {
    const after = follower.head.position;
    const page = await trail.chain(follower.strategy, after, Math.min(PAGE, position - after));
    for (const event of page) {
      const link = follower.next(event);
      if (link !== undefined) return link;
    }
    if (page.length === 0) return undefined;
  }
  return undefined;
}

/** Whoever adds an event moves the head in the same transaction: an event beyond a head that stands was put in. */
async function pastTheEnd(
  trail: Pick<AuditTrail, 'heads' | 'chain'>,
  { strategy, position }: ChainHead,
): Promise<BrokenLink | undefined> {
  const [next] = await trail.chain(strategy, position, 1);
  if (next === undefined) return undefined;
  const now = (await trail.heads()).find((head) => head.strategy === strategy);
  if (now !== undefined && now.position > position) return undefined;
  return { strategy, position: position + 1, fault: 'end', eventId: next.eventId };
}
