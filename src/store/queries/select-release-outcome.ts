import { z } from 'zod';
import { RELEASE_STATES, type ReleaseState } from '../../domain/release-state.js';
import type { Queryable } from '../queryable.js';

const rowSchema = z.object({ state: z.enum(RELEASE_STATES) });

/** What has become of the release that a request led to; undefined: it never started. @param requestId a UUID */
export async function selectReleaseOutcome(
  database: Queryable,
  requestId: string,
): Promise<ReleaseState | undefined> {
  const { rows } = await database.query('SELECT state FROM lobml.releases WHERE request_id = $1', [
    requestId,
  ]);
  return rowSchema.optional().parse(rows[0])?.state;
}
