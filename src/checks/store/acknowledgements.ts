import { z } from 'zod';
import { type Acknowledgement, acknowledgementSchema } from '../../domain/acknowledgement.js';
import { instantSchema } from '../../domain/instant.js';
import type { Queryable } from '../../store/queryable.js';

/** True for the first who acknowledges a warning of a run. */
async function insertAcknowledgement(
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

export interface AcknowledgementStore {
  /** False where somebody has acknowledged this warning of this run before. */
  acknowledge(acknowledgement: Acknowledgement): Promise<boolean>;
  /** Every warning of a run that was acknowledged, oldest first; none for an id that is no run's. */
  acknowledgedWarnings(runId: string): Promise<readonly Acknowledgement[]>;
}

export function createAcknowledgementStore(database: Queryable): AcknowledgementStore {
  return {
    acknowledge: (acknowledgement) => insertAcknowledgement(database, acknowledgement),
    acknowledgedWarnings: async (runId) =>
      z.uuid().safeParse(runId).success ? selectAcknowledgements(database, runId) : [],
  };
}

const rowsSchema = z.array(acknowledgementSchema.extend({ at: instantSchema }));

/** Oldest first. @param runId a UUID */
async function selectAcknowledgements(
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
