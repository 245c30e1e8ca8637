import type { AuditTrail } from './audit-trail.js';
import { type BrokenLink, ChainFollower } from './chain.js';

export interface TrailVerdict {
  /** Events that were followed, by strategy. */
  readonly events: Readonly<Record<string, number>>;
  /** The first one of each strategy; none: every chain holds. */
  readonly broken: readonly BrokenLink[];
}

const PAGE = 1_000;

/** Follows every chain of the database from its first event to its head. */
export async function verifyTrail(trail: Pick<AuditTrail, 'heads' | 'chain'>): Promise<TrailVerdict> {
  const events: Record<string, number> = {};
  const broken: BrokenLink[] = [];
  for (const head of await trail.heads()) {
    const follower = new ChainFollower(head.strategy);
    const link = (await follow(trail, follower)) ?? follower.end(head);
    events[head.strategy] = follower.head.position;
    if (link !== undefined) broken.push(link);
  }
  return { events, broken };
}

async function follow(
  trail: Pick<AuditTrail, 'chain'>,
  follower: ChainFollower,
): Promise<BrokenLink | undefined> {
  for (;;) {
    const page = await trail.chain(follower.strategy, follower.head.position, PAGE);
    for (const event of page) {
      const link = follower.next(event);
      if (link !== undefined) return link;
    }
    if (page.length < PAGE) return undefined;
  }
}
