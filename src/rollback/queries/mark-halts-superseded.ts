import type { Queryable } from '../../store/queryable.js';
import type { HaltRecord } from '../halt-schema.js';
import { type HaltRow, parseHaltRow } from './halt-row.js';

/** A message that is older than that nobody takes for the present. */
const MARKED_WITHIN_DAYS = 30;

/**
 * Ended halts of a target of which a release began afterwards: what they claim is history. Of several replicas that
 * ask, one gets each, once.
 */
export async function markHaltsSuperseded(
  database: Queryable,
  strategy: string,
): Promise<readonly HaltRecord[]> {
  const { rows } = await database.query<HaltRow>(
    `UPDATE lobml.halts h
     SET record = jsonb_set(h.record::jsonb, '{halt,laterRelease}',
       jsonb_build_object('releaseId', later.release_id,
         'startedAt', to_char(later.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))::json
     FROM (SELECT halt_id, r.release_id, r.started_at
           FROM lobml.halts ended
           CROSS JOIN LATERAL (SELECT release_id, started_at FROM lobml.releases
                               WHERE strategy = ended.strategy AND target = ended.target
                                 AND started_at > ended.ended_at
                               ORDER BY started_at LIMIT 1) r
           WHERE ended.strategy = $1 AND ended.ended_at > now() - make_interval(days => $2)) later
     WHERE h.halt_id = later.halt_id AND h.record->'halt'->'laterRelease' IS NULL
     RETURNING h.record`,
    [strategy, MARKED_WITHIN_DAYS],
  );
  return rows.map(parseHaltRow);
}
