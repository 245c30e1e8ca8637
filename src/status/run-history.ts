import type { RunStore } from '../checks/store/run-store.js';
import type { HistoryLine, HistoryPage, HistoryPlace } from '../domain/history-page.js';
import type { TargetSubject } from '../domain/target-subject.js';
import type { ReleaseHistory } from './release-history.js';

const HISTORY_PAGE = 20;

export interface HistorySources {
  readonly runs: Pick<RunStore, 'page' | 'placeOf'>;
  readonly releases: Pick<ReleaseHistory, 'page' | 'placeOf'>;
}

/**
 * One page of what happened to a target. Every page costs the same, however long the history.
 * @returns undefined where the line to start from is not stored.
 */
export async function readHistoryPage(
  sources: HistorySources,
  subject: TargetSubject,
  place: HistoryPlace,
): Promise<HistoryPage | undefined> {
  if (place.kind === 'newest') {
    const found = await readLines(sources, subject, {});
    return { lines: found.slice(0, HISTORY_PAGE), hasOlder: found.length > HISTORY_PAGE, hasNewer: false };
  }
  const edge = await placeOf(sources, place.id);
  if (edge === undefined) return undefined;
  const found = await readLines(sources, subject, { [place.kind]: edge });
  const isMore = found.length > HISTORY_PAGE;
  return place.kind === 'before'
    ? { lines: found.slice(0, HISTORY_PAGE), hasOlder: isMore, hasNewer: true }
    : { lines: found.slice(-HISTORY_PAGE), hasOlder: true, hasNewer: isMore };
}

interface Edge {
  readonly startedAt: string;
  readonly id: string;
}

async function placeOf({ runs, releases }: HistorySources, id: string): Promise<Edge | undefined> {
  const [run, release] = await Promise.all([runs.placeOf(id), releases.placeOf(id)]);
  return run === undefined ? release : { startedAt: run.startedAt, id: run.runId };
}

/** One more than a page, newest first; after an edge, those just newer than it. */
async function readLines(
  { runs, releases }: HistorySources,
  subject: TargetSubject,
  { before, after }: { readonly before?: Edge; readonly after?: Edge },
): Promise<readonly HistoryLine[]> {
  const limit = HISTORY_PAGE + 1;
  const [stored, others] = await Promise.all([
    runs.page({
      ...subject,
      ...(before && { before: runPlace(before) }),
      ...(after && { after: runPlace(after) }),
      limit,
    }),
    releases.page({ ...subject, ...(before && { before }), ...(after && { after }), limit }),
  ]);
  const lines: HistoryLine[] = stored.map((run) => ({
    kind: 'run',
    id: run.runId,
    startedAt: run.startedAt,
    run,
  }));
  const newestFirst = [...lines, ...others].sort((a, b) => (placeKey(a) < placeKey(b) ? 1 : -1));
  return after === undefined ? newestFirst.slice(0, limit) : newestFirst.slice(-limit);
}

const runPlace = ({ startedAt, id }: Edge) => ({ startedAt, runId: id });

/** Sorts as the database does: by time, then by id. */
const placeKey = ({ startedAt, id }: Edge): string => `${startedAt} ${id}`;
