import type { Queryable } from '../../store/queryable.js';
import type { HaltRecord } from '../halt-schema.js';
import { type HaltRow, parseHaltRow } from './halt-row.js';

export async function selectHalt(database: Queryable, haltId: string): Promise<HaltRecord | undefined> {
  const { rows } = await database.query<HaltRow>('SELECT record FROM lobml.halts WHERE halt_id = $1', [
    haltId,
  ]);
  return rows.map(parseHaltRow)[0];
}

/** The newest one, whether it goes on or has ended. */
export async function selectLatestHalt(
  database: Queryable,
  strategy: string,
  target: string,
): Promise<HaltRecord | undefined> {
  const { rows } = await database.query<HaltRow>(
    'SELECT record FROM lobml.halts WHERE strategy = $1 AND target = $2 ORDER BY requested_at DESC LIMIT 1',
    [strategy, target],
  );
  return rows.map(parseHaltRow)[0];
}
