import type { Person } from '../domain/person.js';

/** What happens to watches, for the audit trail. */
export interface WatchEvent {
  readonly kind:
    | 'watch.on'
    | 'watch.off'
    | 'watch.refused'
    | 'watch.taken'
    | 'watch.halt_decided'
    | 'watch.halt_dropped'
    | 'watch.silent';
  readonly strategy: string;
  readonly target: string | null;
  readonly actor: Person;
  /** RFC 3339. */
  readonly at: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Writes to the audit trail. */
export type RecordWatchEvent = (event: WatchEvent) => Promise<void>;
