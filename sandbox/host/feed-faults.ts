import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as z from 'zod/mini';

const feedFaults = z.object({
  /** No row for these. */
  stoppedSymbols: z.array(z.string()),
  /** Milliseconds since 1970: prices stay what they were then; null: they move. */
  frozenAt: z.nullable(z.number()),
  /** Rows carry time stamps two minutes ahead. */
  future: z.boolean(),
});
export type FeedFaults = z.infer<typeof feedFaults>;

const NONE: FeedFaults = { stoppedSymbols: [], frozenAt: null, future: false };

/** How the collector misbehaves. A file that is missing or half written means: it does not. */
export function readFeedFaults(path: string): FeedFaults {
  try {
    return feedFaults.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return NONE;
  }
}

/** Changes what is named and leaves the rest. */
export function writeFeedFaults(path: string, change: Partial<FeedFaults>): void {
  writeFileSync(`${path}.new`, JSON.stringify({ ...readFeedFaults(path), ...change }));
  renameSync(`${path}.new`, path);
}
