import type { AuditEvent } from '../domain/audit-event.js';
import type { Queryable } from '../store/queryable.js';
import { chainEvent } from './chain.js';

/**
 * Puts events of one strategy behind its chain, in their order; those that stand there already are left out. Belongs
 * into a transaction: the head's row is held until its end, so that no two writers take one position.
 */
export async function appendEvents(
  client: Queryable,
  strategy: string,
  events: readonly AuditEvent[],
): Promise<number> {
  await client.query(
    `INSERT INTO lobml.audit_heads (strategy, position, sha256) VALUES ($1, 0, repeat('0', 64))
     ON CONFLICT DO NOTHING`,
    [strategy],
  );
  const { rows } = await client.query<{ position: string; sha256: string }>(
    'SELECT position, sha256 FROM lobml.audit_heads WHERE strategy = $1 FOR UPDATE',
    [strategy],
  );
  const known = await knownIds(client, events);
  const isNew = (event: AuditEvent) => !known.has(event.eventId) && known.add(event.eventId);
  let head = { position: Number(rows[0]?.position ?? 0), sha256: rows[0]?.sha256 ?? '' };
  let added = 0;
  for (const event of events.filter(isNew)) {
    const chained = chainEvent(event, head);
    await client.query(
      `INSERT INTO lobml.audit_events (strategy, position, event_id, kind, target, actor, occurred_at, reason,
         details, previous_sha256, sha256)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        strategy,
        chained.position,
        chained.eventId,
        chained.kind,
        chained.target,
        JSON.stringify(chained.actor),
        chained.at,
        chained.reason,
        JSON.stringify(chained.details),
        chained.previousSha256,
        chained.sha256,
      ],
    );
    head = chained;
    added += 1;
  }
  await client.query('UPDATE lobml.audit_heads SET position = $2, sha256 = $3 WHERE strategy = $1', [
    strategy,
    head.position,
    head.sha256,
  ]);
  return added;
}

async function knownIds(client: Queryable, events: readonly AuditEvent[]): Promise<Set<string>> {
  const { rows } = await client.query<{ event_id: string }>(
    'SELECT event_id FROM lobml.audit_events WHERE event_id = ANY($1)',
    [events.map(({ eventId }) => eventId)],
  );
  return new Set(rows.map(({ event_id }) => event_id));
}
