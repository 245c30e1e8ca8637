import { z } from 'zod';
import { instantSchema } from '../domain/instant.js';
import { personSchema } from '../domain/person.js';
import { LIVE_RELEASE_STATES, RELEASE_STATES } from '../domain/release-state.js';
import type { ValueOf } from '../domain/value-of.js';
import type { Queryable } from '../store/queryable.js';

const rowsSchema = z.array(
  z.object({
    which: z.enum(['live', 'confirmed']),
    releaseId: z.uuid(),
    state: z.enum(RELEASE_STATES),
    by: personSchema,
    modelVersion: z.string().nullable(),
    /** The program's file that it brings. */
    binary: z.string().nullable(),
    startedAt: instantSchema,
    endedAt: instantSchema.nullable(),
  }),
);
export type ReleaseFactsRow = ValueOf<typeof rowsSchema>[number];

const COLUMNS = `r.release_id AS "releaseId", r.state, q.requested_by AS by,
  q.wish->>'modelVersion' AS "modelVersion", q.wish->>'binary' AS binary,
  r.started_at AS "startedAt", r.ended_at AS "endedAt"
  FROM lobml.releases r JOIN lobml.release_requests q USING (request_id)
  WHERE r.strategy = $1 AND r.target = $2`;

/** The release that goes on, and the one that was confirmed last; one of each at most. */
export async function selectReleaseFacts(
  database: Queryable,
  strategy: string,
  target: string,
): Promise<readonly ReleaseFactsRow[]> {
  const { rows } = await database.query(
    `(SELECT 'live' AS which, ${COLUMNS} AND r.state = ANY($3))
     UNION ALL
     (SELECT 'confirmed', ${COLUMNS} AND r.state = 'confirmed' ORDER BY r.started_at DESC LIMIT 1)`,
    [strategy, target, LIVE_RELEASE_STATES],
  );
  return rowsSchema.parse(rows);
}
