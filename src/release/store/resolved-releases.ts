import { z } from 'zod';
import type { Queryable } from '../../store/queryable.js';

/** Trouble that is older nobody reads about any more. */
const TOLD_WITHIN_DAYS = 30;

/**
 * Releases that have ended badly, of a target of which a release began or a halt was verified afterwards: nobody has to look
 * any more. Of several replicas that ask, one gets each, once. @returns their ids
 */
export async function markReleasesResolved(
  database: Queryable,
  strategy: string,
): Promise<readonly string[]> {
  const { rows } = await database.query(
    `UPDATE lobml.releases r SET resolved = later.resolved
     FROM (SELECT ended.release_id, first.resolved
           FROM lobml.releases ended
           CROSS JOIN LATERAL (
             SELECT resolved FROM (
               SELECT began.started_at AS at, jsonb_build_object('how', 'release', 'id', began.release_id,
                 'by', q.requested_by, 'at', to_json(began.started_at)) AS resolved
               FROM lobml.releases began JOIN lobml.release_requests q USING (request_id)
               WHERE began.strategy = ended.strategy AND began.target = ended.target
                 AND began.started_at > ended.ended_at AND began.release_id <> ended.release_id
               UNION ALL
               SELECT h.ended_at, jsonb_build_object('how', 'halt', 'id', h.halt_id,
                 'by', h.requested_by, 'at', to_json(h.ended_at))
               FROM lobml.halts h
               WHERE h.strategy = ended.strategy AND h.target = ended.target AND h.state = 'verified'
                 AND h.kind IN ('disable', 'stop') AND h.ended_at > ended.ended_at) AS found
             ORDER BY at LIMIT 1) first
           WHERE ended.strategy = $1 AND ended.state IN ('reverted', 'disabled', 'needs_person')
             AND ended.ended_at > now() - make_interval(days => $2)) later
     WHERE r.release_id = later.release_id AND r.resolved IS NULL
     RETURNING r.release_id AS "releaseId"`,
    [strategy, TOLD_WITHIN_DAYS],
  );
  return z
    .array(z.object({ releaseId: z.string() }))
    .parse(rows)
    .map(({ releaseId }) => releaseId);
}
