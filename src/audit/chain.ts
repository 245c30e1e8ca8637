import type { AuditEvent, ChainedEvent, ChainHead } from '../domain/audit-event.js';
import { canonicalJson } from '../domain/canonical-json.js';
import type { BrokenLink, ChainFault } from '../domain/trail-verdict.js';
import { sha256Of } from '../machine/sha256.js';

/** What stands before the first event. */
const GENESIS_SHA256 = '0'.repeat(64);

/** The hash of an event in its place: SHA-256 over its canonical JSON, with the hash of the event before it. */
function chainedSha256(event: AuditEvent, position: number, previousSha256: string): string {
  const { eventId, strategy, kind, target, actor, at, reason, details } = event;
  const content = { eventId, strategy, kind, target, actor, at, reason, details, position, previousSha256 };
  return sha256Of(canonicalJson(content));
}

/** What the hash of an event must be in its place. */
export const sha256OfEvent = (event: ChainedEvent): string =>
  chainedSha256(event, event.position, event.previousSha256);

/** Puts an event behind the present end of its chain. @param head undefined: it is the first. */
export function chainEvent(
  event: AuditEvent,
  head: Pick<ChainHead, 'position' | 'sha256'> | undefined,
): ChainedEvent {
  const position = (head?.position ?? 0) + 1;
  const previousSha256 = head?.sha256 ?? GENESIS_SHA256;
  return { ...event, position, previousSha256, sha256: chainedSha256(event, position, previousSha256) };
}

/** Follows one strategy's chain, event by event, until a link is broken. */
export class ChainFollower {
  readonly strategy: string;
  #position = 0;
  #sha256 = GENESIS_SHA256;

  constructor(strategy: string) {
    this.strategy = strategy;
  }

  get head(): ChainHead {
    return { strategy: this.strategy, position: this.#position, sha256: this.#sha256 };
  }

  /** undefined: the link holds. */
  next(event: ChainedEvent): BrokenLink | undefined {
    const fault = this.#faultOf(event);
    if (fault !== undefined) {
      return { strategy: this.strategy, position: this.#position + 1, fault, eventId: event.eventId };
    }
    this.#position = event.position;
    this.#sha256 = event.sha256;
    return undefined;
  }

  /** Whether the chain ends where it should: events cut off at the end break no link. */
  end(head: ChainHead | undefined): BrokenLink | undefined {
    const { position, sha256 } = this.head;
    const isRight =
      head === undefined ? position === 0 : head.position === position && head.sha256 === sha256;
    return isRight
      ? undefined
      : { strategy: this.strategy, position: position + 1, fault: 'end', eventId: null };
  }

  #faultOf(event: ChainedEvent): ChainFault | undefined {
    if (event.position !== this.#position + 1) return 'position';
    if (event.previousSha256 !== this.#sha256) return 'link';
    return sha256OfEvent(event) === event.sha256 ? undefined : 'content';
  }
}
