import { z } from 'zod';
import { instantSchema } from '../../domain/instant.js';
import { type TargetLock, targetLockSchema } from '../../domain/target-lock.js';
import type { Queryable } from '../../store/queryable.js';

const rowsSchema = z.array(targetLockSchema.extend({ takenAt: instantSchema }));

const COLUMNS = 'strategy, target, holder, reason, taken_at AS "takenAt"';

export async function selectLock(
  database: Queryable,
  strategy: string,
  target: string,
): Promise<TargetLock | undefined> {
  const { rows } = await database.query(
    `SELECT ${COLUMNS} FROM lobml.locks WHERE strategy = $1 AND target = $2 AND kind = 'person'`,
    [strategy, target],
  );
  return rowsSchema.parse(rows)[0];
}

/** What a refusal tells of a lock. */
export const lockFacts = ({ holder, takenAt, reason }: TargetLock) => ({
  by: holder.name,
  since: takenAt,
  reason,
});

/** False where the target is locked already. */
export async function insertLock(database: Queryable, lock: TargetLock): Promise<boolean> {
  const { rowCount } = await database.query(
    `INSERT INTO lobml.locks (strategy, target, kind, holder, reason, taken_at)
     VALUES ($1, $2, 'person', $3, $4, $5) ON CONFLICT DO NOTHING`,
    [lock.strategy, lock.target, JSON.stringify(lock.holder), lock.reason, lock.takenAt],
  );
  return rowCount === 1;
}

/** Takes away exactly the lock that was looked at: one that somebody took since then stays. False: it was gone. */
export async function deleteLock(database: Queryable, seen: TargetLock): Promise<boolean> {
  const { rowCount } = await database.query(
    `DELETE FROM lobml.locks
     WHERE strategy = $1 AND target = $2 AND kind = 'person' AND holder->>'id' = $3 AND taken_at = $4`,
    [seen.strategy, seen.target, seen.holder.id, seen.takenAt],
  );
  return rowCount === 1;
}
