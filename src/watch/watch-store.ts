import { z } from 'zod';
import { NOTHING_SEEN, type WatchState } from '../domain/watch.js';
import { type Watch, watchSchema } from '../domain/watch-record.js';
import type { Queryable } from '../store/queryable.js';

const WATCH_COLUMNS = `watch_id AS "watchId", strategy, target, is_on AS "isOn", off_until AS "offUntil",
  switched_by AS "switchedBy", switched_at AS "switchedAt", state, every_secs AS "everySecs", due_at AS "dueAt",
  looked_at AS "lookedAt", resting, halts, halt_wanted AS "haltWanted"`;

const watchesSchema = z.array(watchSchema);

/** The watch of a target; made, and due at once, where there is none yet. */
export async function ensureWatch(
  client: Queryable,
  { strategy, target, everySecs }: Pick<Watch, 'strategy' | 'target' | 'everySecs'>,
): Promise<Watch> {
  const { rows } = await client.query(
    `INSERT INTO lobml.watches (strategy, target, state, every_secs) VALUES ($1, $2, $3, $4)
     ON CONFLICT (strategy, target) DO UPDATE SET every_secs = EXCLUDED.every_secs
     RETURNING ${WATCH_COLUMNS}`,
    [strategy, target, JSON.stringify(NOTHING_SEEN), everySecs],
  );
  return watchSchema.parse(rows[0]);
}

/** @param watchId a UUID */
export async function selectWatch(
  client: Queryable,
  watchId: string,
  { lock = false } = {},
): Promise<Watch | undefined> {
  const { rows } = await client.query(
    `SELECT ${WATCH_COLUMNS} FROM lobml.watches WHERE watch_id = $1 ${lock ? 'FOR UPDATE' : ''}`,
    [watchId],
  );
  return watchSchema.optional().parse(rows[0]);
}

export async function selectWatchOf(
  client: Queryable,
  { strategy, target }: Pick<Watch, 'strategy' | 'target'>,
): Promise<Watch | undefined> {
  const { rows } = await client.query(
    `SELECT ${WATCH_COLUMNS} FROM lobml.watches WHERE strategy = $1 AND target = $2`,
    [strategy, target],
  );
  return watchSchema.optional().parse(rows[0]);
}

/** Of the targets of a strategy that have ever been watched. */
export async function selectWatches(client: Queryable, strategy: string): Promise<readonly Watch[]> {
  const { rows } = await client.query(
    `SELECT ${WATCH_COLUMNS} FROM lobml.watches WHERE strategy = $1 ORDER BY target`,
    [strategy],
  );
  return watchesSchema.parse(rows);
}

interface Look {
  readonly state: WatchState;
  /** undefined: it saw nothing, and the one before stays the last that did. */
  readonly lookedAt: Date | undefined;
  readonly dueAt: Date;
  readonly resting: Watch['resting'];
  readonly halts: Watch['halts'];
  readonly haltWanted: Watch['haltWanted'];
}

export async function updateAfterLook(client: Queryable, watchId: string, look: Look): Promise<void> {
  await client.query(
    `UPDATE lobml.watches SET state = $2, looked_at = COALESCE($3::timestamptz, looked_at), due_at = $4, resting = $5, halts = $6, halt_wanted = $7
     WHERE watch_id = $1`,
    [
      watchId,
      JSON.stringify(look.state),
      look.lookedAt,
      look.dueAt,
      look.resting,
      JSON.stringify(look.halts),
      look.haltWanted === null ? null : JSON.stringify(look.haltWanted),
    ],
  );
}

/** The halt has begun. */
export async function clearHaltWanted(client: Queryable, watchId: string): Promise<void> {
  await client.query('UPDATE lobml.watches SET halt_wanted = NULL WHERE watch_id = $1', [watchId]);
}

/** What was seen before counts no longer. */
export async function updateSwitch(
  client: Queryable,
  watchId: string,
  { isOn, offUntil, switchedBy }: Pick<Watch, 'isOn' | 'switchedBy'> & { readonly offUntil: Date | null },
): Promise<void> {
  await client.query(
    `UPDATE lobml.watches SET is_on = $2, off_until = $3, switched_by = $4, switched_at = clock_timestamp(),
       due_at = coalesce($3, clock_timestamp()), state = $5, resting = NULL, halt_wanted = NULL
     WHERE watch_id = $1`,
    [
      watchId,
      isOn,
      offUntil,
      switchedBy === null ? null : JSON.stringify(switchedBy),
      JSON.stringify(NOTHING_SEEN),
    ],
  );
}
