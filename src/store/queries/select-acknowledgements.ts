import { z } from 'zod';
import type { Acknowledgement } from '../acknowledgement-store.js';
import { instantSchema, personSchema } from '../check-run-schema.js';
import type { Queryable } from '../queryable.js';

const rowsSchema = z.array(
  z.object({ runId: z.uuid(), checkId: z.string(), person: personSchema, at: instantSchema }),
);

/** Oldest first. @param runId a UUID */
export async function selectAcknowledgements(
  database: Queryable,
  runId: string,
): Promise<readonly Acknowledgement[]> {
  const { rows } = await database.query(
    `SELECT run_id AS "runId", check_id AS "checkId", person, at FROM lobml.warning_acknowledgements
     WHERE run_id = $1 ORDER BY at, check_id`,
    [runId],
  );
  return rowsSchema.parse(rows);
}
