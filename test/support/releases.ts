import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { ReleaseState, RequestState } from '../../src/domain/release-state.js';

export interface StoredRelease {
  readonly target?: string;
  readonly state: ReleaseState;
  readonly requestState?: RequestState;
  readonly modelVersion?: string;
  readonly startedAt: string;
}

const ALICE = { id: 'U0ALICE', name: 'alice', surface: 'slack' };
const PLAN = {
  strategy: 'crypto_lob_ml',
  target: 'live',
  reason: 'a better loss',
  hosts: [],
  runbookSha256: 'ab',
  policySha256: 'cd',
};

/** Writes a request in some state, as the release part leaves it. Returns its id. */
export async function storeRequest(
  pool: pg.Pool,
  {
    target = 'live',
    state,
    modelVersion,
    at,
  }: { target?: string; state: RequestState; modelVersion?: string; at: string },
): Promise<string> {
  const requestId = randomUUID();
  const wish = {
    settings: {},
    reason: 'a better loss',
    ...(modelVersion === undefined ? {} : { modelVersion }),
  };
  await pool.query(
    `INSERT INTO lobml.release_requests (request_id, strategy, target, kind, state, requested_by, reason, plan, digest,
       check_run_id, evidence, created_at, quorum_expires_at, wish)
     VALUES ($1, 'crypto_lob_ml', $2, 'ordinary', $3, $4, $5, $6, 'ef', $7, $8, $9, $9, $10)`,
    [
      requestId,
      target,
      state,
      ALICE,
      wish.reason,
      JSON.stringify({ ...PLAN, target }),
      randomUUID(),
      JSON.stringify({ checkRunId: randomUUID(), outcomes: [] }),
      at,
      JSON.stringify(wish),
    ],
  );
  return requestId;
}

/** Writes a release without steps. Returns its id. */
export async function storeRelease(pool: pg.Pool, release: StoredRelease): Promise<string> {
  const { target = 'live', state, requestState = 'executed', modelVersion, startedAt } = release;
  const requestId = await storeRequest(pool, {
    target,
    state: requestState,
    at: startedAt,
    ...(modelVersion === undefined ? {} : { modelVersion }),
  });
  const releaseId = randomUUID();
  await pool.query(
    `INSERT INTO lobml.releases (release_id, request_id, strategy, target, state, plan, started_at, confirm_by, ended_at)
     VALUES ($1, $2, 'crypto_lob_ml', $3, $4, $5, $6, $6, $7)`,
    [
      releaseId,
      requestId,
      target,
      state,
      JSON.stringify({ ...PLAN, target }),
      startedAt,
      state === 'running' || state === 'watching' ? null : startedAt,
    ],
  );
  return releaseId;
}
