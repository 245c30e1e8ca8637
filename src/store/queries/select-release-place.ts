import { z } from 'zod';
import { instantSchema } from '../check-run-schema.js';
import type { Queryable } from '../queryable.js';
import type { Place } from './select-releases-and-halts.js';

const rowSchema = z.object({ id: z.uuid(), startedAt: instantSchema });

/** Where a release or a halt stands in the history. @param id a UUID */
export async function selectReleasePlace(database: Queryable, id: string): Promise<Place | undefined> {
  const { rows } = await database.query(
    `SELECT release_id AS id, started_at AS "startedAt" FROM lobml.releases WHERE release_id = $1
     UNION ALL SELECT halt_id, requested_at FROM lobml.halts WHERE halt_id = $1`,
    [id],
  );
  return rowSchema.optional().parse(rows[0]);
}
