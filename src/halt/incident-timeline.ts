import type { AuditTrail } from '../audit/audit-trail.js';
import type { ChainedEvent } from '../domain/audit-event.js';

const PAGE = 1_000;

/**
 * Everything that the trail holds about one halt, oldest first: its own events, and those of the requests that name it
 * as their incident.
 */
export async function incidentTimeline(
  trail: Pick<AuditTrail, 'chain'>,
  strategy: string,
  haltId: string,
): Promise<readonly ChainedEvent[]> {
  const found: ChainedEvent[] = [];
  for (let after = 0; ; ) {
    const page = await trail.chain(strategy, after, PAGE);
    found.push(
      ...page.filter(({ details }) => details['haltId'] === haltId || details['incidentId'] === haltId),
    );
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return found.sort((a, b) => (a.at < b.at ? -1 : 1));
    after = last.position;
  }
}
