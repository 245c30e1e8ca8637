import { z } from 'zod';
import { HALT_KINDS, HALT_STATES } from '../../domain/halt.js';
import { RELEASE_STATES } from '../../domain/release-state.js';
import { instantSchema, personSchema } from '../check-run-schema.js';
import type { Queryable } from '../queryable.js';

const common = { id: z.uuid(), startedAt: instantSchema, by: personSchema, reason: z.string().nullable() };
const lineSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('release'),
    ...common,
    state: z.enum(RELEASE_STATES),
    /** The model's version; null where only other settings change. */
    detail: z.string().nullable(),
  }),
  z.object({ kind: z.literal('halt'), ...common, state: z.enum(HALT_STATES), detail: z.enum(HALT_KINDS) }),
]);

/** A release or a halt as a line of the history. */
export type ReleaseOrHalt = Readonly<z.infer<typeof lineSchema>>;

export interface Place {
  /** RFC 3339. */
  readonly startedAt: string;
  readonly id: string;
}

export interface ReleasesAndHaltsRequest {
  readonly strategy: string;
  readonly target: string;
  readonly before?: Place;
  /** The ones just newer than it, newest first as well. */
  readonly after?: Place;
  readonly limit: number;
}

/** Newest first. Reads at most `limit` rows of each table, along its index. */
export async function selectReleasesAndHalts(
  database: Queryable,
  { strategy, target, before, after, limit }: ReleasesAndHaltsRequest,
): Promise<readonly ReleaseOrHalt[]> {
  const values: unknown[] = [strategy, target, limit];
  const edge = before ?? after;
  if (edge !== undefined) values.push(edge.startedAt, edge.id);
  const order = after === undefined ? 'DESC' : 'ASC';
  const part = (at: string, id: string) =>
    `${edge === undefined ? '' : `AND (${at}, ${id}) ${after === undefined ? '<' : '>'} ($4, $5)`}
     ORDER BY ${at} ${order}, ${id} ${order} LIMIT $3`;
  const { rows } = await database.query(
    `(SELECT 'release' AS kind, r.release_id AS id, r.started_at AS "startedAt", q.requested_by AS by, q.reason,
        r.state, q.wish->>'modelVersion' AS detail
      FROM lobml.releases r JOIN lobml.release_requests q USING (request_id)
      WHERE r.strategy = $1 AND r.target = $2 ${part('r.started_at', 'r.release_id')})
     UNION ALL
     (SELECT 'halt', halt_id, requested_at, requested_by, record->'halt'->>'reason', state, kind
      FROM lobml.halts WHERE strategy = $1 AND target = $2 ${part('requested_at', 'halt_id')})
     ORDER BY "startedAt" ${order}, id ${order} LIMIT $3`,
    values,
  );
  const lines = z.array(lineSchema).parse(rows);
  return after === undefined ? lines : lines.toReversed();
}
