import { z } from 'zod';
import type { ReleaseRequest } from '../domain/release-request.js';
import type { Queryable } from '../store/queryable.js';
import { selectReleaseRequest } from './store/requests.js';

/** undefined for an id that does not exist or is no id at all, e.g. of a button that somebody forged. */
export async function findRequest(
  { database }: { readonly database: Queryable },
  requestId: string,
): Promise<ReleaseRequest | undefined> {
  return z.uuid().safeParse(requestId).success ? selectReleaseRequest(database, requestId) : undefined;
}
