import { z } from 'zod';
import type { Halt } from '../domain/halt.js';
import type { Queryable } from '../store/queryable.js';
import type { HaltRecord } from './halt-schema.js';
import { claimHalt } from './queries/claim-halt.js';
import { markHaltsSuperseded } from './queries/mark-halts-superseded.js';
import { saveHalt } from './queries/save-halt.js';
import { selectHalt, selectLatestHalt } from './queries/select-halt.js';
import { takeAbandonedHalts } from './queries/take-abandoned-halts.js';
import { takeUnannouncedHalts } from './queries/take-unannounced-halts.js';

/** Halts in the bot's database: for the other replicas, and for later. Every call may fail: a halt goes on without. */
export interface HaltStore {
  /**
   * Takes the target for this halt, or tells who has it. A halt whose process gave no sign of life for a while is
   * taken over. @param owner the process
   */
  claim(record: HaltRecord, owner: string): Promise<HaltClaim>;
  /** Writes the state down, with a sign of life. */
  save(record: HaltRecord, owner: string): Promise<void>;
  get(haltId: string): Promise<HaltRecord | undefined>;
  latest(strategy: string, target: string): Promise<Halt | undefined>;
  /** Halts that have not ended and whose process is gone; they belong to `owner` from now on. */
  takeAbandoned(strategy: string, owner: string): Promise<readonly HaltRecord[]>;
  /** Halts that have ended, whose process is gone and whose messages do not show the end; `owner` tells it now. */
  takeUnannounced(strategy: string, owner: string): Promise<readonly HaltRecord[]>;
  /** Notes at ended halts the first release after them. @returns those that were marked by this call */
  markSuperseded(strategy: string): Promise<readonly HaltRecord[]>;
}

export type HaltClaim = { readonly kind: 'mine' } | { readonly kind: 'theirs'; readonly halt: Halt };

export function createHaltStore(database: Queryable): HaltStore {
  const haltOf = (record: HaltRecord | undefined) => record?.halt;
  return {
    async claim(record, owner) {
      const other = await claimHalt(database, record, owner);
      return other === undefined ? { kind: 'mine' } : { kind: 'theirs', halt: other.halt };
    },
    save: (record, owner) => saveHalt(database, record, owner),
    get: async (haltId) => (z.uuid().safeParse(haltId).success ? selectHalt(database, haltId) : undefined),
    latest: async (strategy, target) => haltOf(await selectLatestHalt(database, strategy, target)),
    takeAbandoned: (strategy, owner) => takeAbandonedHalts(database, strategy, owner),
    takeUnannounced: (strategy, owner) => takeUnannouncedHalts(database, strategy, owner),
    markSuperseded: (strategy) => markHaltsSuperseded(database, strategy),
  };
}
