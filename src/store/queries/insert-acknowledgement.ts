import type { Acknowledgement } from '../acknowledgement-store.js';
import type { Queryable } from '../queryable.js';

/** True for the first who acknowledges a warning of a run. */
export async function insertAcknowledgement(
  database: Queryable,
  { runId, checkId, person, at }: Acknowledgement,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `INSERT INTO lobml.warning_acknowledgements (run_id, check_id, person, at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (run_id, check_id) DO NOTHING`,
    [runId, checkId, JSON.stringify(person), at],
  );
  return rowCount === 1;
}
