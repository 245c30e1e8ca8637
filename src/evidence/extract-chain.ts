import type { AuditTrail } from '../audit/audit-trail.js';
import type { ChainedEvent } from '../domain/audit-event.js';
import { type ChainExtract, type ChainLink, isWhole } from '../domain/evidence.js';

const PAGE = 1_000;

/**
 * The events that name one of these ids, and between them the places of all others. Reads the chain from its beginning.
 * @param ids of a release and its request, or of a halt
 */
export async function extractChain(
  trail: Pick<AuditTrail, 'chain' | 'heads'>,
  strategy: string,
  ids: readonly string[],
): Promise<ChainExtract> {
  const head = (await trail.heads()).find((one) => one.strategy === strategy);
  const links: (ChainedEvent | ChainLink)[] = [];
  for (let after = 0; ; ) {
    const page = await trail.chain(strategy, after, PAGE);
    for (const event of page) {
      if (isAbout(event, ids)) links.push(event);
      else if (links.length > 0) links.push(placeOf(event));
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    after = last.position;
  }
  return { strategy, links: links.slice(0, links.findLastIndex(isWhole) + 1), head };
}

const isAbout = ({ details }: ChainedEvent, ids: readonly string[]): boolean => {
  const text = JSON.stringify(details);
  return ids.some((id) => text.includes(id));
};

const placeOf = ({ position, previousSha256, sha256 }: ChainedEvent): ChainLink => ({
  position,
  previousSha256,
  sha256,
});
