import { z } from 'zod';
import { type Drill, type DrillKind, drillSchema, type WayBack, wayBackSchema } from '../domain/drill.js';
import type { TargetSubject } from '../domain/target-subject.js';
import type { Queryable } from '../store/queryable.js';

const DRILL_COLUMNS = `drill_id AS "drillId", strategy, target, kind, state, requested_by AS "requestedBy",
  requested_at AS "requestedAt", halt_id AS "haltId", parts, seen_by AS "seenBy", ended_at AS "endedAt"`;

/** A process that begins a drill says at least so often that it lives, s. */
const ALIVE_SECS = 15;

/** A halt is dated by its bot's clock, a drill by the database's. */
const CLOCKS_APART_SECS = 5;

type NewDrill = Pick<Drill, 'drillId' | 'strategy' | 'target' | 'kind' | 'requestedBy' | 'parts'>;

/** False where a drill of the target goes on. */
export async function insertDrill(database: Queryable, drill: NewDrill): Promise<boolean> {
  const { drillId, strategy, target, kind, requestedBy, parts } = drill;
  const { rowCount } = await database.query(
    `INSERT INTO lobml.drills (drill_id, strategy, target, kind, state, requested_by, parts, alive_until)
     VALUES ($1, $2, $3, $4, 'acting', $5, $6, now() + make_interval(secs => ${ALIVE_SECS}))
     ON CONFLICT (strategy, target) WHERE ended_at IS NULL DO NOTHING`,
    [drillId, strategy, target, kind, JSON.stringify(requestedBy), JSON.stringify(parts)],
  );
  return rowCount === 1;
}

export async function keepDrillAlive(database: Queryable, drillId: string): Promise<void> {
  await database.query(
    `UPDATE lobml.drills SET alive_until = now() + make_interval(secs => ${ALIVE_SECS})
     WHERE drill_id = $1 AND state = 'acting'`,
    [drillId],
  );
}

export async function selectDrill(database: Queryable, drillId: string): Promise<Drill | undefined> {
  const { rows } = await database.query(`SELECT ${DRILL_COLUMNS} FROM lobml.drills WHERE drill_id = $1`, [
    drillId,
  ]);
  return drillSchema.optional().parse(rows[0]);
}

/** What a change of a drill is judged by besides itself. */
const nowOfDrillSchema = z.object({
  /** Since it was asked for, by the database's clock. */
  passedMs: z.number(),
  /** Its process has gone silent. */
  isSilent: z.boolean(),
});
type DrillNow = z.infer<typeof nowOfDrillSchema>;

/** The row stays locked until the transaction ends. @returns undefined for a drill that has ended */
export async function lockLiveDrill(
  client: Queryable,
  drillId: string,
): Promise<{ readonly drill: Drill; readonly now: DrillNow } | undefined> {
  const { rows } = await client.query(
    `SELECT ${DRILL_COLUMNS}, 1000 * extract(epoch FROM now() - requested_at)::double precision AS "passedMs",
       state = 'acting' AND alive_until < now() AS "isSilent"
     FROM lobml.drills WHERE drill_id = $1 AND ended_at IS NULL FOR UPDATE`,
    [drillId],
  );
  const [row] = rows;
  return row && { drill: drillSchema.parse(row), now: nowOfDrillSchema.parse(row) };
}

export async function updateDrill(
  client: Queryable,
  { drillId, state, haltId, parts, seenBy }: Drill,
): Promise<void> {
  await client.query(
    `UPDATE lobml.drills SET state = $2, halt_id = $3, parts = $4, seen_by = $5,
       ended_at = CASE WHEN $2 IN ('good', 'failed', 'broken_off') THEN now() END
     WHERE drill_id = $1`,
    [drillId, state, haltId, JSON.stringify(parts), seenBy === null ? null : JSON.stringify(seenBy)],
  );
}

/** Newest first. */
export async function selectDrills(
  database: Queryable,
  subject: TargetSubject,
  { limit, kind, isGood = false }: { limit: number; kind?: DrillKind; isGood?: boolean },
): Promise<readonly Drill[]> {
  const values: unknown[] = [subject.strategy, subject.target, limit];
  const ofKind = kind === undefined ? '' : `AND kind = $${values.push(kind)}`;
  const { rows } = await database.query(
    `SELECT ${DRILL_COLUMNS} FROM lobml.drills WHERE strategy = $1 AND target = $2 ${ofKind}
       ${isGood ? "AND state = 'good'" : ''}
     ORDER BY requested_at DESC LIMIT $3`,
    values,
  );
  return z.array(drillSchema).parse(rows);
}

/** The drills of a strategy that go on. */
export async function selectLiveDrillIds(database: Queryable, strategy: string): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>(
    'SELECT drill_id AS id FROM lobml.drills WHERE strategy = $1 AND ended_at IS NULL',
    [strategy],
  );
  return rows.map(({ id }) => id);
}

/** The newest request that follows a halt. @param drillId of the drill whose halt it is */
export async function selectWayBack(client: Queryable, drillId: string): Promise<WayBack | undefined> {
  const { rows } = await client.query(
    `SELECT q.state AS "requestState", r.state AS "releaseState",
       1000 * extract(epoch FROM r.ended_at - d.requested_at)::double precision AS "confirmedMs"
     FROM lobml.drills d JOIN lobml.release_requests q ON q.incident_id = d.halt_id
       LEFT JOIN lobml.releases r USING (request_id)
     WHERE d.drill_id = $1 ORDER BY q.created_at DESC LIMIT 1`,
    [drillId],
  );
  return wayBackSchema.optional().parse(rows[0]);
}

/**
 * The halt of a drill, and whether it has ended; undefined: none was written down. Where its process was killed before it
 * could say which one, it is the first of the target since then.
 */
export async function selectHaltOfDrill(
  client: Queryable,
  drillId: string,
): Promise<{ readonly haltId: string; readonly isOver: boolean } | undefined> {
  const { rows } = await client.query<{ haltId: string; isOver: boolean }>(
    `SELECT h.halt_id AS "haltId", h.ended_at IS NOT NULL AS "isOver"
     FROM lobml.drills d JOIN lobml.halts h USING (strategy, target)
     WHERE d.drill_id = $1 AND CASE WHEN d.halt_id IS NULL
       THEN h.requested_at >= d.requested_at - make_interval(secs => ${CLOCKS_APART_SECS}) ELSE h.halt_id = d.halt_id END
     ORDER BY h.requested_at LIMIT 1`,
    [drillId],
  );
  return rows[0];
}
