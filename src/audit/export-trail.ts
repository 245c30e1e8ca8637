import { z } from 'zod';
import type { ChainedEvent, ChainHead } from '../domain/audit-event.js';
import { chainedEventSchema, chainHeadSchema } from '../domain/audit-event.js';
import { escapeUnseen } from '../domain/plain-text.js';
import type { BrokenLink, TrailVerdict } from '../domain/trail-verdict.js';
import type { AuditTrail } from './audit-trail.js';
import { ChainFollower } from './chain.js';
import { SignatureReader } from './export-signature.js';

const PAGE = 1_000;
export const headLine = z.object({ head: chainHeadSchema });

/** JSON lines that steer no terminal: every event of every strategy in its order, and behind them the heads, so that a missing end shows. */
export async function* exportTrail(trail: Pick<AuditTrail, 'heads' | 'chain'>): AsyncGenerator<string> {
  const heads = await trail.heads();
  for (const { strategy, position } of heads) {
    let after = 0;
    while (after < position) {
      const page = await trail.chain(strategy, after, Math.min(PAGE, position - after));
      for (const event of page) yield escapeUnseen(JSON.stringify(event));
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.position;
    }
  }
  for (const head of heads) yield JSON.stringify({ head });
}

/** The end of such an export alone: how far each chain reaches. */
export async function* exportHeads(trail: Pick<AuditTrail, 'heads'>): AsyncGenerator<string> {
  for (const head of await trail.heads()) yield JSON.stringify({ head });
}

/**
 * Follows the chains of an export, and names the line of the first broken link of each.
 * @param fingerprint of the key that must have signed it; undefined: none is known here
 */
export async function verifyExport(
  lines: AsyncIterable<string> | Iterable<string>,
  fingerprint: string | undefined,
): Promise<TrailVerdict> {
  const reader = new ExportReader();
  const signature = new SignatureReader();
  for await (const line of lines) if (!signature.read(line)) reader.read(line);
  const { events, broken } = reader.verdict();
  const unsigned = signature.broken(fingerprint);
  return {
    events,
    broken: unsigned === undefined ? broken : [...broken, unsigned],
    signedBy: signature.signedBy,
  };
}

class ExportReader {
  readonly #followers = new Map<string, ChainFollower>();
  readonly #broken = new Map<string, BrokenLink>();
  readonly #heads = new Map<string, ChainHead>();
  #line = 0;

  read(line: string): void {
    this.#line += 1;
    if (line.trim() === '') return;
    const value = parseJson(line);
    const head = headLine.safeParse(value);
    if (head.success) {
      this.#heads.set(head.data.head.strategy, head.data.head);
      return;
    }
    const event = chainedEventSchema.safeParse(value);
    if (event.success) this.#follow(event.data);
    else this.#note({ strategy: '', position: 0, fault: 'unreadable', eventId: null });
  }

  #follow(event: ChainedEvent): void {
    if (this.#broken.has(event.strategy)) return;
    const link = this.#follower(event.strategy).next(event);
    if (link !== undefined) this.#note(link);
  }

  verdict(): TrailVerdict {
    const strategies = new Set([...this.#followers.keys(), ...this.#heads.keys()]);
    // Heads without any event were posted so: what they are held against is the database.
    const isHeadsAlone = this.#followers.size === 0 && this.#heads.size > 0;
    for (const strategy of isHeadsAlone ? [] : strategies) {
      if (this.#broken.has(strategy)) continue;
      // An export whose last lines are gone has no head: then nobody can say that nothing is missing.
      const head = this.#heads.get(strategy);
      const link = this.#follower(strategy).end(head);
      if (link !== undefined) this.#broken.set(strategy, link);
    }
    if (strategies.size === 0 && this.#broken.size === 0) {
      this.#broken.set('', { strategy: '', position: 1, fault: 'empty', eventId: null });
    }
    const counts = [...this.#followers].map(([strategy, { head }]) => [strategy, head.position]);
    return { events: Object.fromEntries(counts), broken: [...this.#broken.values()] };
  }

  #follower(strategy: string): ChainFollower {
    const follower = this.#followers.get(strategy) ?? new ChainFollower(strategy);
    this.#followers.set(strategy, follower);
    return follower;
  }

  #note(link: BrokenLink): void {
    if (!this.#broken.has(link.strategy)) this.#broken.set(link.strategy, { ...link, line: this.#line });
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
