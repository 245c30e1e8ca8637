import { z } from 'zod';
import type { Halt } from '../domain/halt.js';

import { type ActHistoryLine, historyLineSchema } from '../domain/history-page.js';
import { instantSchema } from '../domain/instant.js';
import type { ReleaseRecord } from '../domain/release-record.js';
import { selectHalt } from '../halt/halt-queries.js';
import { selectRelease } from '../release/store/releases.js';
import type { Queryable } from '../store/queryable.js';

interface Place {
  /** RFC 3339. */
  readonly startedAt: string;
  readonly id: string;
}

interface ActsRequest {
  readonly strategy: string;
  readonly target: string;
  readonly before?: Place;
  /** The ones just newer than it, newest first as well. */
  readonly after?: Place;
  readonly limit: number;
}

/** Newest first. Reads at most `limit` rows of each table, along its index. */
async function selectActs(
  database: Queryable,
  { strategy, target, before, after, limit }: ActsRequest,
): Promise<readonly ActHistoryLine[]> {
  const values: unknown[] = [strategy, target, limit];
  const edge = before ?? after;
  if (edge !== undefined) values.push(edge.startedAt, edge.id);
  const order = after === undefined ? 'DESC' : 'ASC';
  const part = (at: string, id: string) =>
    `${edge === undefined ? '' : `AND (${at}, ${id}) ${after === undefined ? '<' : '>'} ($4, $5)`}
     ORDER BY ${at} ${order}, ${id} ${order} LIMIT $3`;
  const { rows } = await database.query(
    `(SELECT 'release' AS kind, r.release_id AS id, r.started_at AS "startedAt", q.requested_by AS by, q.reason,
        r.state, q.wish->>'modelVersion' AS detail, q.wish->>'binary' AS binary
      FROM lobml.releases r JOIN lobml.release_requests q USING (request_id)
      WHERE r.strategy = $1 AND r.target = $2 ${part('r.started_at', 'r.release_id')})
     UNION ALL
     (SELECT 'halt', halt_id, requested_at, requested_by, record->'halt'->>'reason', state, kind, NULL
      FROM lobml.halts WHERE strategy = $1 AND target = $2 ${part('requested_at', 'halt_id')})
     UNION ALL
     (SELECT 'drill', drill_id, requested_at, requested_by, NULL, state, kind, NULL
      FROM lobml.drills WHERE strategy = $1 AND target = $2 ${part('requested_at', 'drill_id')})
     ORDER BY "startedAt" ${order}, id ${order} LIMIT $3`,
    values,
  );
  const lines = z.array(historyLineSchema).parse(rows);
  return after === undefined ? lines : lines.toReversed();
}

const rowSchema = z.object({ id: z.uuid(), startedAt: instantSchema });

/** Where a release, a halt or a drill stands in the history. @param id a UUID */
async function selectReleasePlace(database: Queryable, id: string): Promise<Place | undefined> {
  const { rows } = await database.query(
    `SELECT release_id AS id, started_at AS "startedAt" FROM lobml.releases WHERE release_id = $1
     UNION ALL SELECT halt_id, requested_at FROM lobml.halts WHERE halt_id = $1
     UNION ALL SELECT drill_id, requested_at FROM lobml.drills WHERE drill_id = $1`,
    [id],
  );
  return rowSchema.optional().parse(rows[0]);
}

/** Releases, halts and drills of the past. An id that does not exist, or is no id at all, is undefined. */
export interface ReleaseHistory {
  /** Newest first; ask on with the last line as `before`. */
  page(request: ActsRequest): Promise<readonly ActHistoryLine[]>;
  placeOf(id: string): Promise<Place | undefined>;
  release(releaseId: string): Promise<ReleaseRecord | undefined>;
  halt(haltId: string): Promise<Halt | undefined>;
}

export function createReleaseHistory(database: Queryable): ReleaseHistory {
  const known = async <T>(id: string, read: () => Promise<T | undefined>) =>
    z.uuid().safeParse(id).success ? read() : undefined;
  return {
    page: (request) => selectActs(database, request),
    placeOf: (id) => known(id, () => selectReleasePlace(database, id)),
    release: (id) => known(id, () => selectRelease(database, id)),
    halt: (id) => known(id, async () => (await selectHalt(database, id))?.halt),
  };
}
