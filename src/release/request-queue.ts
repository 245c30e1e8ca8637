import type { Queryable } from '../store/queryable.js';

/**
 * Durable work that a request leaves behind. Each call belongs to the transaction of its `client`: the work exists
 * if and only if what asked for it was written.
 */
export interface RequestQueue {
  /** Brings every message about a request up to date: `ReleaseService.announce`. */
  announce(client: Queryable, requestId: string): Promise<void>;
  /** Looks at a request's clocks at that moment: `ReleaseService.expire`. Each call adds a moment. */
  expireAt(client: Queryable, requestId: string, at: Date): Promise<void>;
}
