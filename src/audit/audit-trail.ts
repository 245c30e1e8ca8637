import type { AuditEvent, ChainedEvent, ChainHead } from '../domain/audit-event.js';
import type { Queryable } from '../store/queryable.js';
import type { Transact } from '../store/transaction.js';
import { type Clock, withTimeout } from '../time/clock.js';
import { appendEvents } from './append-events.js';
import { keepEvent } from './keep-event.js';
import type { LocalJournal } from './local-journal.js';
import { redactEvent } from './redact-details.js';
import { selectChain, selectHeads } from './select-chain.js';

/** An event as its origin tells it. */
export interface EventToRecord extends Pick<AuditEvent, 'kind' | 'strategy' | 'actor' | 'at' | 'details'> {
  readonly target: string | null;
  readonly reason?: string | null | undefined;
  /** Where its origin gives it one, so that telling it twice makes one row. */
  readonly eventId?: string;
}

export interface AuditTrail {
  /**
   * Writes an event down: synced on this machine, then in the database if it answers within a moment.
   * @throws only where neither takes it.
   */
  record(event: EventToRecord): Promise<void>;
  /** The same for an event that has its id, waiting for the database only where this machine does not take it. */
  keep(event: AuditEvent): Promise<void>;
  /** Moves what waits on this machine into the database, in order and without doubles. @throws when it is away. */
  flush(): Promise<number>;
  heads(): Promise<readonly ChainHead[]>;
  chain(strategy: string, after: number, limit: number): Promise<readonly ChainedEvent[]>;
}

interface AuditTrailOptions {
  readonly journal: LocalJournal;
  readonly database: Queryable;
  readonly transact: Transact;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly onAway: (error: unknown) => void;
}

/** The event is safe on this machine's disk: nobody waits longer for the database. */
const FLUSH_TIMEOUT_MS = 1_000;

export function createAuditTrail(options: AuditTrailOptions): AuditTrail {
  const { journal, database, transact, clock, newId, onAway } = options;
  let flushing: Promise<number> | undefined;
  let isWanted = false;

  /** One at a time; who asks meanwhile gets a further turn, because the first may have read too early. */
  async function flush(): Promise<number> {
    if (flushing !== undefined) {
      isWanted = true;
      return flushing;
    }
    flushing = moveAll().finally(() => {
      flushing = undefined;
    });
    return flushing;
  }

  async function moveAll(): Promise<number> {
    let moved = 0;
    do {
      isWanted = false;
      for (const pending of await journal.pending()) {
        for (const [strategy, events] of byStrategy(pending.events)) {
          moved += await transact((client) => appendEvents(client, strategy, events));
        }
        await journal.discard(pending);
      }
    } while (isWanted);
    return moved;
  }

  const keep = (event: AuditEvent) => keepEvent({ journal, transact }, redactEvent(event));

  return {
    async record(event) {
      const where = await keep({ ...event, reason: event.reason ?? null, eventId: event.eventId ?? newId() });
      if (where === 'journal') await withTimeout(clock, FLUSH_TIMEOUT_MS, flush().catch(onAway));
    },
    async keep(event) {
      await keep(event);
      void flush().catch(() => undefined);
    },
    flush,
    heads: () => selectHeads(database),
    chain: (strategy, after, limit) => selectChain(database, strategy, after, limit),
  };
}

function byStrategy(events: readonly AuditEvent[]): ReadonlyMap<string, readonly AuditEvent[]> {
  const grouped = new Map<string, AuditEvent[]>();
  for (const event of events) grouped.set(event.strategy, [...(grouped.get(event.strategy) ?? []), event]);
  return grouped;
}
