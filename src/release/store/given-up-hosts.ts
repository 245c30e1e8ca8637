import type { GivenUpHost } from '../../domain/release-record.js';
import type { Queryable } from '../../store/queryable.js';

/**
 * Ends a host's part in a release: what is open on it is left out, and a release that somebody had to look at for this host
 * alone goes on. Nothing that was done or failed before is forgotten.
 * @param client of a transaction
 * @returns false, and nothing written: the release has ended or does not have this host, or it was given up before.
 */
export async function writeGivenUpHost(
  client: Queryable,
  releaseId: string,
  gone: GivenUpHost,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE lobml.releases SET given_up = given_up || jsonb_build_array($2::jsonb)
     WHERE release_id = $1 AND ended_at IS NULL AND state <> 'halted'
       AND EXISTS (SELECT FROM json_array_elements(plan->'hosts') AS planned WHERE planned->>'host' = $3)
       AND NOT given_up @> jsonb_build_array(jsonb_build_object('host', $3::text))`,
    [releaseId, JSON.stringify(gone), gone.host],
  );
  if (rowCount !== 1) return false;
  await client.query(
    `UPDATE lobml.release_steps SET state = 'skipped'
     WHERE release_id = $1 AND host = $2
       AND (state IN ('pending', 'running', 'unclear') OR (state = 'failed' AND kind = 'revert'))`,
    [releaseId, gone.host],
  );
  await client.query(
    `UPDATE lobml.releases SET state = 'running'
     WHERE release_id = $1 AND state = 'needs_person' AND NOT EXISTS (
       SELECT FROM lobml.release_steps
       WHERE release_id = $1 AND (state = 'unclear' OR (state = 'failed' AND kind = 'revert')))`,
    [releaseId],
  );
  return true;
}
