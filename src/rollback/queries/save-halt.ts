import type { Queryable } from '../../store/queryable.js';
import type { HaltRecord } from '../halt-schema.js';
import { rowValues } from './halt-row.js';

/**
 * Writes the state of a halt down, with a sign of life. One that another halt has replaced meanwhile stays ended; one
 * that could not be written while it was live (the database was away) is added when it has ended.
 */
export async function saveHalt(database: Queryable, record: HaltRecord, owner: string): Promise<void> {
  await database.query(
    `INSERT INTO lobml.halts AS h (halt_id, strategy, target, kind, state, requested_by, requested_at, ended_at,
       owner, record, alive_at)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now()
     WHERE $8::timestamptz IS NOT NULL OR EXISTS (SELECT FROM lobml.halts WHERE halt_id = $1)
       OR NOT EXISTS (SELECT FROM lobml.halts WHERE strategy = $2 AND target = $3 AND ended_at IS NULL)
     ON CONFLICT (halt_id) DO UPDATE
       SET state = EXCLUDED.state, record = EXCLUDED.record, owner = EXCLUDED.owner, alive_at = now(),
           ended_at = COALESCE(EXCLUDED.ended_at, h.ended_at)
       WHERE h.ended_at IS NULL OR EXCLUDED.ended_at IS NOT NULL`,
    rowValues(record, owner),
  );
}
