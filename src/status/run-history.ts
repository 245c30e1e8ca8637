import type { CheckRunSummary, RunStore } from '../store/run-store.js';

export const HISTORY_PAGE = 20;

/** Where a page begins: at the newest, or next to a line of another page. */
export type HistoryPlace =
  | { readonly kind: 'newest' }
  | { readonly kind: 'before' | 'after'; readonly runId: string };

export interface HistoryPage {
  /** Newest first. */
  readonly runs: readonly CheckRunSummary[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
}

export interface HistorySubject {
  readonly strategy: string;
  readonly target: string;
}

/**
 * One page of a target's runs. Every page costs the same, however long the history.
 * @returns undefined where the line to start from is not stored.
 */
export async function readHistoryPage(
  runs: Pick<RunStore, 'page' | 'placeOf'>,
  subject: HistorySubject,
  place: HistoryPlace,
): Promise<HistoryPage | undefined> {
  const limit = HISTORY_PAGE + 1;
  if (place.kind === 'newest') {
    const found = await runs.page({ ...subject, limit });
    return { runs: found.slice(0, HISTORY_PAGE), hasOlder: found.length === limit, hasNewer: false };
  }
  const edge = await runs.placeOf(place.runId);
  if (edge === undefined) return undefined;
  const { startedAt, runId } = edge;
  if (place.kind === 'before') {
    const found = await runs.page({ ...subject, before: { startedAt, runId }, limit });
    return { runs: found.slice(0, HISTORY_PAGE), hasOlder: found.length === limit, hasNewer: true };
  }
  const found = await runs.page({ ...subject, after: { startedAt, runId }, limit });
  return { runs: found.slice(-HISTORY_PAGE), hasOlder: true, hasNewer: found.length === limit };
}
