import type { ChainedEvent, ChainHead } from '../domain/audit-event.js';
import { chainedEventSchema } from '../domain/audit-event.js';
import type { Queryable } from '../store/queryable.js';

/** The next events of a chain, as they stand: also where somebody has changed them. */
export async function selectChain(
  database: Queryable,
  strategy: string,
  after: number,
  limit: number,
): Promise<readonly ChainedEvent[]> {
  const { rows } = await database.query(
    `SELECT strategy, position, event_id AS "eventId", kind, target, actor,
       to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') AS at, reason, details,
       previous_sha256 AS "previousSha256", sha256
     FROM lobml.audit_events WHERE strategy = $1 AND position > $2 ORDER BY position LIMIT $3`,
    [strategy, after, limit],
  );
  return rows.map((row) =>
    chainedEventSchema.parse({ ...row, position: Number(row['position']), at: momentOf(String(row['at'])) }),
  );
}

/** Events carry milliseconds; whatever else stands in the column must show. */
function momentOf(text: string): string {
  return text.endsWith('000') ? `${text.slice(0, -3)}Z` : `${text}Z`;
}

export async function selectHeads(database: Queryable): Promise<readonly ChainHead[]> {
  const { rows } = await database.query<{ strategy: string; position: string; sha256: string }>(
    `SELECT strategy, position, sha256 FROM lobml.audit_heads
     UNION ALL
     SELECT DISTINCT strategy, 0, repeat('0', 64) FROM lobml.audit_events e
     WHERE NOT EXISTS (SELECT FROM lobml.audit_heads h WHERE h.strategy = e.strategy)
     ORDER BY strategy`,
  );
  return rows.map(({ strategy, position, sha256 }) => ({ strategy, position: Number(position), sha256 }));
}
