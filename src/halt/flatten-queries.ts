import { z } from 'zod';
import type { Flatten, FlattenRefusal } from '../domain/venue.js';
import { holdTarget } from '../store/hold-target.js';
import type { Queryable } from '../store/queryable.js';
import { type HaltRecord, haltRecordSchema } from './halt-schema.js';

/**
 * Claims an attempt for one of all that ask for it: it must be the next one, of the target's newest halt, and no release
 * may have begun since.
 * @param client of a transaction: the target is held until it ends
 */
export async function claimFlatten(
  client: Queryable,
  halt: { readonly haltId: string; readonly strategy: string; readonly target: string },
  flatten: Flatten,
): Promise<HaltRecord | FlattenRefusal> {
  const { haltId, strategy, target } = halt;
  if (!z.uuid().safeParse(haltId).success) return 'unrecorded';
  await holdTarget(client, strategy, target);
  const { rows } = await client.query<ClaimRow>(
    `SELECT h.record->'halt'->'flatten' AS flatten,
       h.ended_at IS NULL OR h.kind NOT IN ('disable', 'stop')
         OR EXISTS (SELECT FROM lobml.halts later WHERE later.strategy = h.strategy AND later.target = h.target
                    AND later.requested_at > h.requested_at)
         OR EXISTS (SELECT FROM lobml.releases WHERE strategy = h.strategy AND target = h.target
                    AND started_at > h.ended_at) AS "isPast"
     FROM lobml.halts h WHERE h.halt_id = $1 AND h.strategy = $2 AND h.target = $3`,
    [haltId, strategy, target],
  );
  const [row] = rows;
  if (row === undefined) return 'unrecorded';
  const known = row.flatten ?? { attempt: 0, endedAt: '' };
  if (known.attempt !== flatten.attempt - 1 || known.endedAt === null) return 'already';
  if (row.isPast) return 'superseded';
  return (await writeFlatten(client, haltId, flatten)) ?? 'unrecorded';
}

interface ClaimRow {
  readonly flatten: Pick<Flatten, 'attempt' | 'endedAt'> | null;
  readonly isPast: boolean;
}

/** @returns the halt with it; undefined: the database knows no such halt */
export async function writeFlatten(
  database: Queryable,
  haltId: string,
  flatten: Flatten,
): Promise<HaltRecord | undefined> {
  const { rows } = await database.query<{ readonly record: unknown }>(
    `UPDATE lobml.halts SET record = jsonb_set(record::jsonb, '{halt,flatten}', $2::jsonb)::json
     WHERE halt_id = $1 RETURNING record`,
    [haltId, JSON.stringify(flatten)],
  );
  return rows.map(({ record }) => haltRecordSchema.parse(record))[0];
}

/** Longer than any attempt takes: its process has ended, and nobody knows what became of it. */
const LOST_AFTER_MINUTES = 5;

/** Attempts that nobody carries out any more. Each for one replica, once. */
export async function markFlattensLost(
  database: Queryable,
  strategy: string,
): Promise<readonly HaltRecord[]> {
  const { rows } = await database.query<{ readonly record: unknown }>(
    `UPDATE lobml.halts
     SET record = jsonb_set(record::jsonb, '{halt,flatten}', (record->'halt'->'flatten')::jsonb ||
       jsonb_build_object('state', 'unknown',
         'endedAt', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))::json
     WHERE strategy = $1 AND record->'halt'->'flatten'->>'state' = 'running'
       AND (record->'halt'->'flatten'->>'at')::timestamptz < now() - make_interval(mins => $2)
     RETURNING record`,
    [strategy, LOST_AFTER_MINUTES],
  );
  return rows.map(({ record }) => haltRecordSchema.parse(record));
}
