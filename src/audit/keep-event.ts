import type { AuditEvent } from '../domain/audit-event.js';
import type { Transact } from '../store/transaction.js';
import { appendEvents } from './append-events.js';
import type { LocalJournal } from './local-journal.js';

interface EventPlaces {
  readonly journal: Pick<LocalJournal, 'append'>;
  readonly transact: Transact;
}

/**
 * Keeps an event on this machine's disk or, where that does not take it, in the database at once.
 * @returns where it stands. @throws AggregateError only where neither takes it.
 */
export async function keepEvent(
  { journal, transact }: EventPlaces,
  event: AuditEvent,
): Promise<'journal' | 'database'> {
  try {
    await journal.append(event);
    return 'journal';
  } catch (error) {
    try {
      await transact((client) => appendEvents(client, event.strategy, [event]));
    } catch (failure) {
      throw new AggregateError(
        [error, failure],
        `neither the journal nor the database takes the event: ${String(error)}; ${String(failure)}`,
      );
    }
    return 'database';
  }
}
