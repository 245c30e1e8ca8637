import { z } from 'zod';
import type { CheckRun } from '../../domain/check-run.js';
import type { Queryable } from '../../store/queryable.js';

export interface RunsBetween extends Pick<CheckRun, 'strategy' | 'target'> {
  readonly from: Date;
  readonly to: Date;
}

const WHERE = `FROM lobml.check_runs WHERE strategy = $1 AND target = $2 AND started_at >= $3 AND started_at <= $4
  AND NOT planned AND NOT partial`;

/** How many runs of a target as it stood began in a span of time. */
export async function countRunsBetween(
  database: Queryable,
  { strategy, target, from, to }: RunsBetween,
): Promise<number> {
  const { rows } = await database.query(`SELECT COUNT(*)::int AS count ${WHERE}`, [
    strategy,
    target,
    from,
    to,
  ]);
  return z.object({ count: z.number() }).parse(rows[0]).count;
}

/** Newest first. */
export async function selectRunsBetween(
  database: Queryable,
  { strategy, target, from, to, limit }: RunsBetween & { readonly limit: number },
): Promise<readonly string[]> {
  const { rows } = await database.query(
    `SELECT run_id AS "runId" ${WHERE} ORDER BY started_at DESC, run_id DESC LIMIT $5`,
    [strategy, target, from, to, limit],
  );
  return z
    .array(z.object({ runId: z.string() }))
    .parse(rows)
    .map(({ runId }) => runId);
}
