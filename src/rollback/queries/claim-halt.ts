import type { Queryable } from '../../store/queryable.js';
import type { HaltRecord } from '../halt-schema.js';
import { ABANDONED_AFTER_SECS, type HaltRow, parseHaltRow, rowValues } from './halt-row.js';

/**
 * Writes the halt down as the live one of its target. A live one whose process has been silent gives way; another
 * one, whose process lives, is returned instead. Times are the server's, so that replicas agree on them.
 */
export async function claimHalt(
  database: Queryable,
  record: HaltRecord,
  owner: string,
): Promise<HaltRecord | undefined> {
  await database.query(
    `UPDATE lobml.halts SET ended_at = now(), state = 'not_verified'
     WHERE strategy = $1 AND target = $2 AND ended_at IS NULL AND halt_id <> $3
       AND (alive_at < now() - make_interval(secs => $4) OR (kind = 'previous_model' AND $5 <> 'previous_model')
            OR (kind = 'disable' AND $5 = 'stop'))`,
    [record.halt.strategy, record.halt.target, record.halt.haltId, ABANDONED_AFTER_SECS, record.halt.kind],
  );
  const { rowCount } = await database.query(
    `INSERT INTO lobml.halts (halt_id, strategy, target, kind, state, requested_by, requested_at, ended_at, owner,
       record, alive_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now())
     ON CONFLICT DO NOTHING`,
    rowValues(record, owner),
  );
  if (rowCount === 1) return undefined;
  const { rows } = await database.query<HaltRow>(
    'SELECT record FROM lobml.halts WHERE strategy = $1 AND target = $2 AND ended_at IS NULL AND halt_id <> $3',
    [record.halt.strategy, record.halt.target, record.halt.haltId],
  );
  return rows.map(parseHaltRow)[0];
}
