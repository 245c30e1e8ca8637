import type { ReleaseRequest } from '../../domain/release-request.js';
import type { Queryable } from '../queryable.js';
import { parseRequestRows, REQUEST_COLUMNS } from './release-request-row.js';

/** The request of a target that is not over yet; there is one at most. */
export async function selectLiveRequest(
  database: Queryable,
  strategy: string,
  target: string,
): Promise<ReleaseRequest | undefined> {
  const { rows } = await database.query(
    `SELECT ${REQUEST_COLUMNS} FROM lobml.release_requests
     WHERE strategy = $1 AND target = $2 AND state IN ('open', 'approved', 'executing')`,
    [strategy, target],
  );
  return parseRequestRows(rows)[0];
}
