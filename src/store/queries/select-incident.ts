import { z } from 'zod';
import type { Person } from '../../domain/check-run.js';
import { instantSchema, personSchema } from '../check-run-schema.js';
import type { Queryable } from '../queryable.js';

/** The halt that a request follows: who halted, and when (RFC 3339). */
export interface Incident {
  readonly haltId: string;
  readonly by: Person;
  readonly at: string;
}

const COLUMNS = `halt_id AS "haltId", requested_by AS by, requested_at AS at`;
const rowSchema = z.object({ haltId: z.uuid(), by: personSchema, at: instantSchema });

/** The newest ended halt of a target that no confirmed release has followed yet. */
export async function selectOpenIncident(
  database: Queryable,
  strategy: string,
  target: string,
): Promise<Incident | undefined> {
  const { rows } = await database.query(
    `SELECT ${COLUMNS} FROM lobml.halts
     WHERE strategy = $1 AND target = $2 AND ended_at IS NOT NULL
       AND requested_at > COALESCE((SELECT max(confirmed_at) FROM lobml.known_good_releases
                                    WHERE strategy = $1 AND target = $2), '-infinity')
     ORDER BY requested_at DESC LIMIT 1`,
    [strategy, target],
  );
  return z.array(rowSchema).parse(rows)[0];
}

export async function selectIncident(database: Queryable, haltId: string): Promise<Incident | undefined> {
  const { rows } = await database.query(`SELECT ${COLUMNS} FROM lobml.halts WHERE halt_id = $1`, [haltId]);
  return z.array(rowSchema).parse(rows)[0];
}
