import type { Queryable } from '../../store/queryable.js';
import type { HaltRecord } from '../halt-schema.js';
import { ABANDONED_AFTER_SECS, type HaltRow, parseHaltRow } from './halt-row.js';

/** Halts that go on and whose process is silent: of several replicas that ask, one gets each. */
export async function takeAbandonedHalts(
  database: Queryable,
  strategy: string,
  owner: string,
): Promise<readonly HaltRecord[]> {
  const { rows } = await database.query<HaltRow>(
    `UPDATE lobml.halts SET owner = $2, alive_at = now()
     WHERE strategy = $1 AND ended_at IS NULL AND owner <> $2
       AND alive_at < now() - make_interval(secs => $3)
     RETURNING record`,
    [strategy, owner, ABANDONED_AFTER_SECS],
  );
  return rows.map(parseHaltRow);
}
