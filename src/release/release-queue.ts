import type { Queryable } from '../store/queryable.js';

/** Hands a release over to whichever replica is free; the job and its timer live in the bot's database. */
export interface ReleaseQueue {
  /**
   * Within the transaction that writes the release and its steps: the first look at the steps, and the timer of
   * its commit-confirm deadline.
   */
  enqueue(client: Queryable, releaseId: string): Promise<void>;
  /** Looks at the release now instead of at its next timer, e.g. because it was cancelled. */
  wake(client: Queryable, releaseId: string): Promise<void>;
}
