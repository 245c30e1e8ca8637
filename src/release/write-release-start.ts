import { addMinutes } from 'date-fns/addMinutes';
import { type Refused, refused } from '../domain/release-refusal.js';
import type { ReleaseRequest } from '../domain/release-request.js';
import { stepsOfRelease } from '../domain/release-steps.js';
import type { Target } from '../runbook/targets.js';
import { holdTarget } from '../store/hold-target.js';
import type { Queryable } from '../store/queryable.js';
import type { ReleaseContext } from './release-context.js';
import { selectLock } from './store/locks.js';
import { insertRelease, selectHaltInTheWay } from './store/releases.js';
import { updateRequestState } from './store/requests.js';

/** A start that was refused takes everything of its transaction back. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
  readonly refused: Refused;

  constructor(refusal: Refused) {
    super(`the release was not started: ${refusal.refusal.code}`);
    this.refused = refusal;
  }
}

/**
 * Writes a release with its steps and its job, and moves the request to `executing`: all within the caller's
 * transaction, so that there is one start or none.
 * @throws StartRefused where the target is locked or being halted, was halted since the request, or another release of
 *   it is at work.
 */
export async function writeReleaseStart(
  { queue, subjectChanged, now, newId }: Pick<ReleaseContext, 'queue' | 'subjectChanged' | 'now' | 'newId'>,
  client: Queryable,
  request: ReleaseRequest,
  target: Target,
): Promise<{ readonly kind: 'started'; readonly releaseId: string }> {
  const lock = await selectLock(client, request.strategy, request.target);
  if (lock !== undefined) {
    const facts = { by: lock.holder.name, since: lock.takenAt, reason: lock.reason };
    throw new StartRefused(refused('target_locked', facts));
  }
  const halt = await selectHaltInTheWay(client, request, request.createdAt);
  if (halt !== undefined) throw new StartRefused(refused('halted_since', halt));
  const startedAt = now();
  const releaseId = newId();
  const written = await insertRelease(client, {
    releaseId,
    requestId: request.requestId,
    plan: request.plan,
    steps: stepsOfRelease(request.plan, target.watch.checkpointMinutes),
    startedAt,
    confirmBy: addMinutes(startedAt, target.watch.confirmMinutes),
  });
  if (!written) throw new StartRefused(refused('release_running'));
  await updateRequestState(client, request.requestId, 'executing', null);
  await queue.enqueue(client, releaseId);
  await subjectChanged(client, `request:${request.requestId}`);
  return { kind: 'started', releaseId };
}

/**
 * Runs a transaction that may start a release, with the target held against a halt; a refusal is its result, with
 * nothing written.
 */
export async function transactStart<T>(
  { transact }: Pick<ReleaseContext, 'transact'>,
  { strategy, target }: Pick<ReleaseRequest, 'strategy' | 'target'>,
  start: (client: Queryable) => Promise<T>,
): Promise<T | Refused> {
  try {
    return await transact(async (client) => {
      await holdTarget(client, strategy, target);
      return start(client);
    });
  } catch (error) {
    if (error instanceof StartRefused) return error.refused;
    throw error;
  }
}
