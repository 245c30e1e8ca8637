import { randomUUID } from 'node:crypto';
import type { ReleasePlan } from '../../../../src/domain/release-plan.js';
import { stepsOfRelease } from '../../../../src/domain/release-steps.js';
import { releaseQueue } from '../../../../src/release/release-jobs.js';
import { insertRelease } from '../../../../src/release/store/releases.js';
import { createTransact } from '../../../../src/store/transaction.js';
import type { TestDatabase } from '../../../support/database.js';
import type { Waits } from './targets-of.js';

const ALICE = { id: 'U0ALICE', name: 'alice', surface: 'slack' };

/** Writes a request that is being executed, its release and its job: what an approval leaves behind. */
export async function startRelease(
  { pool }: TestDatabase,
  plan: ReleasePlan,
  { checkpointMinutes, confirmMinutes }: Waits,
  kind: 'ordinary' | 'break_glass' = 'ordinary',
): Promise<string> {
  const [requestId, releaseId, checkRunId] = [randomUUID(), randomUUID(), randomUUID()];
  const startedAt = new Date();
  await createTransact(async () => pool)(async (client) => {
    await client.query(
      `INSERT INTO lobml.release_requests (request_id, strategy, target, kind, state, requested_by, requester_slack_id, reason, wish, plan,
         digest, check_run_id, evidence, created_at, quorum_expires_at)
       VALUES ($1, $2, $3, $4, 'executing', $5, 'U0ALICE', $6, $7, $8, 'd', $9, $10, $11, $11)`,
      [
        requestId,
        plan.strategy,
        plan.target,
        kind,
        JSON.stringify(ALICE),
        plan.reason,
        JSON.stringify({ settings: {}, reason: plan.reason }),
        JSON.stringify(plan),
        checkRunId,
        JSON.stringify({ checkRunId, outcomes: [] }),
        startedAt,
      ],
    );
    const steps = stepsOfRelease(plan, checkpointMinutes);
    const confirmBy = new Date(startedAt.getTime() + confirmMinutes * 60_000);
    await insertRelease(client, { releaseId, requestId, plan, steps, startedAt, confirmBy });
    await releaseQueue.enqueue(client, releaseId);
  });
  return releaseId;
}
