import { type ChainedEvent, chainedEventSchema } from '../domain/audit-event.js';
import type { BrokenLink } from '../domain/trail-verdict.js';
import type { AuditTrail } from './audit-trail.js';
import { headLine } from './export-trail.js';

const PAGE = 1_000;

/**
 * Holds an earlier export against the database, which may have grown since: the first place of each strategy where an
 * event of the export is missing, or another one stands.
 */
export async function compareWithExport(
  lines: AsyncIterable<string> | Iterable<string>,
  trail: Pick<AuditTrail, 'chain'>,
): Promise<readonly BrokenLink[]> {
  const apart = new Map<string, BrokenLink>();
  let page: readonly ChainedEvent[] = [];
  const storedAt = async (strategy: string, position: number): Promise<ChainedEvent | undefined> => {
    const isOn = (one: ChainedEvent) => one.strategy === strategy && one.position === position;
    if (!page.some(isOn)) page = await trail.chain(strategy, position - 1, PAGE);
    return page.find(isOn);
  };
  for await (const line of lines) {
    const exported = eventOf(line) ?? headOf(line);
    if (exported === undefined || apart.has(exported.strategy)) continue;
    const { strategy, position, eventId, sha256 } = exported;
    const stored = await storedAt(strategy, position);
    if (stored === undefined) apart.set(strategy, { strategy, position, fault: 'tail_lost', eventId });
    else if (stored.sha256 !== sha256) {
      apart.set(strategy, { strategy, position, fault: 'replaced', eventId: stored.eventId });
    }
  }
  return [...apart.values()];
}

type Exported = Pick<ChainedEvent, 'strategy' | 'position' | 'sha256'> & { readonly eventId: string | null };

function eventOf(line: string): Exported | undefined {
  return chainedEventSchema.safeParse(parseJson(line)).data;
}

/** A head names the last event of its chain; that of an empty one names none. */
function headOf(line: string): Exported | undefined {
  const { head } = headLine.safeParse(parseJson(line)).data ?? {};
  return head === undefined || head.position === 0 ? undefined : { ...head, eventId: null };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
