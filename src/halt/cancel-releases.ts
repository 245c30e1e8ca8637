import type { Halt } from '../domain/halt.js';
import { LIVE_RELEASE_STATES, LIVE_REQUEST_STATES } from '../domain/release-state.js';
import type { SubjectChanged } from '../messages/subject.js';
import type { ReleaseQueue } from '../release/release-jobs.js';
import { holdTarget } from '../store/hold-target.js';
import type { Queryable } from '../store/queryable.js';
import type { Transact } from '../store/transaction.js';

interface ReleaseCanceller {
  readonly transact: Transact;
  readonly queue: Pick<ReleaseQueue, 'wake'>;
  readonly subjectChanged: SubjectChanged;
}

/**
 * Stops what is going on with the halt's target, and has the messages about it brought up to date: a request that has
 * ended keeps no buttons: all of it or nothing. Asking twice stops nothing more, and updates the same messages again.
 */
export async function cancelReleases(
  { transact, queue, subjectChanged }: ReleaseCanceller,
  halt: Halt,
): Promise<NonNullable<Halt['cancelled']>> {
  return transact(async (client) => {
    const { releaseId, requests, messagesOf } = await haltReleases(client, halt);
    if (releaseId !== null) await queue.wake(client, releaseId);
    for (const requestId of messagesOf) await subjectChanged(client, `request:${requestId}`);
    return { releaseId, requests };
  });
}

interface HaltedReleases {
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
async function haltReleases(
  client: Queryable,
  { strategy, target, requestedBy, requestedAt, endedAt, reason, haltId }: Halt,
): Promise<HaltedReleases> {
  const why = reason ?? `halt ${haltId}`;
  await holdTarget(client, strategy, target);
  const { rows } = await client.query<HaltedReleases>(
    `WITH stopped AS (
       UPDATE lobml.releases
       SET state = 'halted', cancel_requested = $3
       WHERE strategy = $1 AND target = $2 AND (state = ANY($8) OR (state = 'disabled' AND ended_at IS NULL))
           AND request_id IN (SELECT request_id FROM lobml.release_requests
                              WHERE created_at < COALESCE($7::timestamptz, 'infinity'))
       RETURNING release_id),
     closed AS (
       UPDATE lobml.release_requests SET state = 'halted', ended_at = $4, ended_by = $5, end_reason = $6
       WHERE strategy = $1 AND target = $2 AND state = ANY($9)
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
      LIVE_RELEASE_STATES,
      LIVE_REQUEST_STATES,
    ],
  );
  return rows[0] ?? { releaseId: null, requests: 0, messagesOf: [] };
}
