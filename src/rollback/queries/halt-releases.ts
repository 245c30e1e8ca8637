import type { Halt } from '../../domain/halt.js';
import { holdTarget } from '../../store/queries/hold-target.js';
import type { Queryable } from '../../store/queryable.js';

export interface HaltedReleases {
  /** The release that was under way. */
  readonly releaseId: string | null;
  /** How many requests this call has closed. */
  readonly requests: number;
  /** Requests that this halt has closed, now or in an earlier attempt that was cut short. */
  readonly messagesOf: readonly string[];
}

/**
 * Stops what is going on with a target: its release takes no further step, its open requests are closed, and the
 * release's lock is let go of. A start that is being written is waited for, and stopped with the rest; what was asked
 * for after the halt had ended is left alone. Asking twice changes nothing more.
 * @param client of a transaction: the target is held until it ends
 */
export async function haltReleases(
  client: Queryable,
  { strategy, target, requestedBy, requestedAt, endedAt, reason, haltId }: Halt,
): Promise<HaltedReleases> {
  const why = reason ?? `halt ${haltId}`;
  await holdTarget(client, strategy, target);
  const { rows } = await client.query<HaltedReleases>(
    `WITH stopped AS (
       UPDATE lobml.releases
       SET state = 'halted', cancel_requested = COALESCE(cancel_requested, $3)
       WHERE strategy = $1 AND target = $2 AND state IN ('running', 'watching', 'needs_person')
           AND request_id IN (SELECT request_id FROM lobml.release_requests
                              WHERE created_at < COALESCE($7::timestamptz, 'infinity'))
       RETURNING release_id),
     closed AS (
       UPDATE lobml.release_requests SET state = 'halted', ended_at = $4, ended_by = $5, end_reason = $6
       WHERE strategy = $1 AND target = $2 AND state IN ('open', 'approved', 'executing')
           AND created_at < COALESCE($7::timestamptz, 'infinity')
       RETURNING request_id),
     released AS (
       DELETE FROM lobml.locks WHERE strategy = $1 AND target = $2 AND kind = 'release'
         AND release_id IN (SELECT release_id FROM stopped))
     SELECT (SELECT release_id FROM stopped LIMIT 1) AS "releaseId", (SELECT COUNT(*) FROM closed)::int AS requests,
       ARRAY(SELECT request_id::text FROM closed UNION
             SELECT request_id::text FROM lobml.release_requests
             WHERE strategy = $1 AND target = $2 AND state = 'halted' AND ended_at = $4) AS "messagesOf"`,
    [
      strategy,
      target,
      JSON.stringify({ by: requestedBy, reason: why, at: requestedAt }),
      requestedAt,
      JSON.stringify(requestedBy),
      why,
      endedAt,
    ],
  );
  return rows[0] ?? { releaseId: null, requests: 0, messagesOf: [] };
}
