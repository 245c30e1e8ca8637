import type { Halt } from '../domain/halt.js';
import type { Queryable } from '../store/queryable.js';
import {
  claimHalt,
  claimTelling,
  noteFollowers,
  saveHalt,
  selectHalt,
  selectLatestHalt,
  selectNamedBefore,
  selectTerminalHalts,
  takeAbandonedHalts,
  takeUnannouncedHalts,
} from './halt-queries.js';
import type { HaltMessage, HaltRecord } from './halt-schema.js';

/** Halts in the bot's database: for the other replicas, and for later. Every call may fail: a halt goes on without. */
export interface HaltStore {
  /** @param owner the process. @returns the halt of another process that has the target; undefined: it is ours */
  claim(record: HaltRecord, owner: string): Promise<HaltRecord | undefined>;
  /** Writes the state down, and renews the lease of `owner`. */
  save(record: HaltRecord, owner: string): Promise<void>;
  get(haltId: string): Promise<HaltRecord | undefined>;
  latest(strategy: string, target: string): Promise<Halt | undefined>;
  /** Ids of orders that the venue named in the newest halt of the target besides this one. Absent: nobody asks. */
  namedBefore?(halt: Pick<Halt, 'haltId' | 'strategy' | 'target'>): Promise<readonly string[]>;
  /** What this process shows of a halt that another one carries out. */
  noteFollowers(haltId: string, messages: readonly HaltMessage[]): Promise<void>;
  /** Halts of terminals that go on. */
  ofTerminals(strategy: string): Promise<readonly HaltRecord[]>;
  /** @returns whether `teller` shows the halt now; undefined: there is no such halt */
  claimTelling(haltId: string, teller: string): Promise<boolean | undefined>;
  /** Halts that have not ended and whose lease has run out; they belong to `owner` from now on. */
  takeAbandoned(strategy: string, owner: string): Promise<readonly HaltRecord[]>;
  /** Halts that have ended, whose lease has run out and whose messages do not show the end; `owner` tells it now. */
  takeUnannounced(strategy: string, owner: string): Promise<readonly HaltRecord[]>;
}

export function createHaltStore(database: Queryable): HaltStore {
  return {
    claim: (record, owner) => claimHalt(database, record, owner),
    save: (record, owner) => saveHalt(database, record, owner),
    get: (haltId) => selectHalt(database, haltId),
    latest: async (strategy, target) => (await selectLatestHalt(database, strategy, target))?.halt,
    namedBefore: (halt) => selectNamedBefore(database, halt),
    noteFollowers: (haltId, messages) => noteFollowers(database, haltId, messages),
    ofTerminals: (strategy) => selectTerminalHalts(database, strategy),
    claimTelling: (haltId, teller) => claimTelling(database, haltId, teller),
    takeAbandoned: (strategy, owner) => takeAbandonedHalts(database, strategy, owner),
    takeUnannounced: (strategy, owner) => takeUnannouncedHalts(database, strategy, owner),
  };
}
