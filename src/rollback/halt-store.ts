import type { Halt } from '../domain/halt.js';
import type { HaltRecord } from './halt-schema.js';

/** Halts in the bot's database: for the other replicas, and for later. Every call may fail: a halt goes on without. */
export interface HaltStore {
  /**
   * Takes the target for this halt, or tells who has it. A halt whose process gave no sign of life for a while is
   * taken over. @param owner the process
   */
  claim(record: HaltRecord, owner: string): Promise<HaltClaim>;
  /** Writes the state down, with a sign of life. */
  save(record: HaltRecord, owner: string): Promise<void>;
  get(haltId: string): Promise<Halt | undefined>;
  latest(strategy: string, target: string): Promise<Halt | undefined>;
  /** Halts that have not ended and whose process is gone; they belong to `owner` from now on. */
  takeAbandoned(strategy: string, owner: string): Promise<readonly HaltRecord[]>;
}

export type HaltClaim = { readonly kind: 'mine' } | { readonly kind: 'theirs'; readonly halt: Halt };
