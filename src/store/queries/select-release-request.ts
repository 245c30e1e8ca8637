import type { ReleaseRequest } from '../../domain/release-request.js';
import type { Queryable } from '../queryable.js';
import { parseRequestRows, REQUEST_COLUMNS } from './release-request-row.js';

/** @param requestId a UUID @param lock holds the row until the transaction ends */
export async function selectReleaseRequest(
  database: Queryable,
  requestId: string,
  { lock = false }: { readonly lock?: boolean } = {},
): Promise<ReleaseRequest | undefined> {
  const { rows } = await database.query(
    `SELECT ${REQUEST_COLUMNS} FROM lobml.release_requests WHERE request_id = $1${lock ? ' FOR UPDATE' : ''}`,
    [requestId],
  );
  return parseRequestRows(rows)[0];
}
