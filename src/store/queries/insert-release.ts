import type { ReleasePlan } from '../../domain/release-plan.js';
import type { PlannedStep } from '../../domain/release-steps.js';
import type { Queryable } from '../queryable.js';

export interface NewRelease {
  readonly releaseId: string;
  readonly requestId: string;
  readonly plan: ReleasePlan;
  readonly steps: readonly PlannedStep[];
  readonly startedAt: Date;
  readonly confirmBy: Date;
}

/**
 * Writes a release and its steps, all pending. False, and nothing written, where the request has its release already
 * or another release of the target is still at work.
 */
export async function insertRelease(database: Queryable, release: NewRelease): Promise<boolean> {
  const { releaseId, requestId, plan, steps, startedAt, confirmBy } = release;
  const { rowCount } = await database.query(
    `INSERT INTO lobml.releases (release_id, request_id, strategy, target, state, plan, started_at, confirm_by)
     VALUES ($1, $2, $3, $4, 'running', $5, $6, $7) ON CONFLICT DO NOTHING`,
    [releaseId, requestId, plan.strategy, plan.target, JSON.stringify(plan), startedAt, confirmBy],
  );
  if (rowCount !== 1) return false;
  await database.query(
    `INSERT INTO lobml.release_steps (release_id, position, kind, host, checkpoint, state)
     SELECT $1, s.position, s.kind, s.host, s.checkpoint, 'pending'
     FROM json_to_recordset($2) AS s(position integer, kind text, host text, checkpoint double precision)`,
    [releaseId, JSON.stringify(steps)],
  );
  return true;
}
