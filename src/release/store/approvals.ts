import { z } from 'zod';
import { instantSchema } from '../../domain/instant.js';
import { type Approval, approvalSchema } from '../../domain/release-request.js';
import type { Queryable } from '../../store/queryable.js';

const rowsSchema = z.array(approvalSchema.extend({ decidedAt: instantSchema }));

/** In the order of the decisions. */
export async function selectApprovals(database: Queryable, requestId: string): Promise<readonly Approval[]> {
  const { rows } = await database.query(
    `SELECT person, decision, digest, reason, decided_at AS "decidedAt" FROM lobml.approvals
     WHERE request_id = $1 ORDER BY decided_at, person_id`,
    [requestId],
  );
  return rowsSchema.parse(rows);
}

/** One row a person, however often they click. False where the same decision on the same content stands already. */
export async function upsertApproval(
  database: Queryable,
  requestId: string,
  { person, decision, digest, reason, decidedAt }: Approval,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `INSERT INTO lobml.approvals (request_id, person_id, person, decision, digest, reason, decided_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (request_id, person_id) DO UPDATE
       SET person = $3, decision = $4, digest = $5, reason = $6, decided_at = $7
       WHERE (approvals.decision, approvals.digest) IS DISTINCT FROM ($4, $5)`,
    [requestId, person.id, JSON.stringify(person), decision, digest, reason, decidedAt],
  );
  return rowCount === 1;
}

/** Evidence that was run again with outcomes that are no worse keeps the approvals. */
export async function rebindApprovals(
  database: Queryable,
  requestId: string,
  digests: { readonly from: string; readonly to: string },
): Promise<void> {
  await database.query('UPDATE lobml.approvals SET digest = $3 WHERE request_id = $1 AND digest = $2', [
    requestId,
    digests.from,
    digests.to,
  ]);
}
