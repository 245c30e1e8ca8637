import type { ReleaseRequest } from '../../domain/release-request.js';
import type { Queryable } from '../queryable.js';
import { parseRequestRows, REQUEST_COLUMNS } from './release-request-row.js';

/** The oldest release of a target that skipped its approvals and that no second person has looked at. */
export async function selectUnreviewedBreakGlass(
  database: Queryable,
  strategy: string,
  target: string,
): Promise<ReleaseRequest | undefined> {
  const { rows } = await database.query(
    `SELECT ${REQUEST_COLUMNS} FROM lobml.release_requests
     WHERE strategy = $1 AND target = $2 AND kind = 'break_glass' AND reviewed_at IS NULL
     ORDER BY created_at LIMIT 1`,
    [strategy, target],
  );
  return parseRequestRows(rows)[0];
}
