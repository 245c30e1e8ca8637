import { z } from 'zod';
import { instantSchema } from '../../domain/instant.js';
import { type TargetLock, targetLockSchema } from '../../domain/target-lock.js';
import type { Queryable } from '../../store/queryable.js';

const rowsSchema = z.array(
  targetLockSchema.extend({ takenAt: instantSchema, until: instantSchema.nullable() }),
);

const COLUMNS = 'strategy, target, holder, reason, taken_at AS "takenAt", until';

/** Of a row of `lobml.locks`: a lock whose end has come is none, by the clock of this database and no other. */
export const LOCK_STANDS = '(until IS NULL OR until > clock_timestamp())';

export async function selectLock(
  database: Queryable,
  strategy: string,
  target: string,
): Promise<TargetLock | undefined> {
  const { rows } = await database.query(
    `SELECT ${COLUMNS} FROM lobml.locks WHERE strategy = $1 AND target = $2 AND kind = 'person' AND ${LOCK_STANDS}`,
    [strategy, target],
  );
  return rowsSchema.parse(rows)[0];
}

/** What a refusal tells of a lock. */
export const lockFacts = ({
  holder,
  takenAt,
  until,
  reason,
}: TargetLock): Readonly<Record<string, string>> => ({
  by: holder.name,
  since: takenAt,
  reason,
  ...(until === null ? {} : { until }),
});

type NewLock = Pick<TargetLock, 'strategy' | 'target' | 'holder' | 'reason'>;

/** @param forMs undefined: until somebody unlocks. @returns undefined where the target is locked already. */
export async function insertLock(
  database: Queryable,
  { strategy, target, holder, reason }: NewLock,
  forMs: number | undefined,
): Promise<TargetLock | undefined> {
  const { rows } = await database.query(
    `INSERT INTO lobml.locks AS locks (strategy, target, kind, holder, reason, taken_at, until)
     SELECT $1, $2, 'person', $3, $4, taken, taken + $5::double precision * interval '1 millisecond'
     FROM (SELECT date_trunc('milliseconds', clock_timestamp()) AS taken) AS clock
     ON CONFLICT (strategy, target, kind) DO UPDATE
       SET holder = excluded.holder, reason = excluded.reason, taken_at = excluded.taken_at, until = excluded.until
       WHERE locks.until <= clock_timestamp()
     RETURNING ${COLUMNS}`,
    [strategy, target, JSON.stringify(holder), reason, forMs ?? null],
  );
  return rowsSchema.parse(rows)[0];
}

/** Takes away exactly the lock that was looked at: one that somebody took since then stays. False: it was gone. */
export async function deleteLock(database: Queryable, seen: TargetLock): Promise<boolean> {
  const { rowCount } = await database.query(
    `DELETE FROM lobml.locks
     WHERE strategy = $1 AND target = $2 AND kind = 'person' AND holder->>'id' = $3 AND taken_at = $4
       AND ${LOCK_STANDS}`,
    [seen.strategy, seen.target, seen.holder.id, seen.takenAt],
  );
  return rowCount === 1;
}
