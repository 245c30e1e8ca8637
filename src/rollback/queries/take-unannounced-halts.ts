import type { Queryable } from '../../store/queryable.js';
import type { HaltRecord } from '../halt-schema.js';
import { ABANDONED_AFTER_SECS, type HaltRow, parseHaltRow } from './halt-row.js';

/** A message that is older tells nobody anything any more. */
const TOLD_WITHIN_HOURS = 24;

/** Halts that have ended, of whose messages one does not show it, and whose process is silent: each for one replica. */
export async function takeUnannouncedHalts(
  database: Queryable,
  strategy: string,
  owner: string,
): Promise<readonly HaltRecord[]> {
  const { rows } = await database.query<HaltRow>(
    `UPDATE lobml.halts SET owner = $2, alive_at = now()
     WHERE strategy = $1 AND ended_at > now() - make_interval(hours => $4)
       AND alive_at < now() - make_interval(secs => $3)
       AND EXISTS (SELECT FROM json_array_elements(record->'messages') AS message
                   WHERE message->>'isFinal' IS DISTINCT FROM 'true')
     RETURNING record`,
    [strategy, owner, ABANDONED_AFTER_SECS, TOLD_WITHIN_HOURS],
  );
  return rows.map(parseHaltRow).filter(({ halt }) => halt.endedAt !== null);
}
