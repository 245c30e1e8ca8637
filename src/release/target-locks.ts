import type { Person } from '../domain/person.js';
import type { ReleaseRecord } from '../domain/release-record.js';
import { type Refused, refused } from '../domain/release-refusal.js';
import { redact } from '../domain/secrets.js';
import type { TargetLock } from '../domain/target-lock.js';
import { type ReleaseContext, recordNow, refuseUnlessRole } from './release-context.js';
import { deleteLock, insertLock, lockFacts, selectLock } from './store/locks.js';
import { selectLiveReleaseId, selectRelease } from './store/releases.js';

export interface LockWish {
  readonly target: string;
  readonly person: Person;
}

export interface NewLockWish extends LockWish {
  readonly reason: string;
  /** undefined: until somebody unlocks. */
  readonly forMs?: number | undefined;
}

interface Locked {
  readonly kind: 'locked';
  readonly lock: TargetLock;
  /** A release that goes on: a lock does not stop it. */
  readonly running: ReleaseRecord | undefined;
}

type LockContext = Pick<ReleaseContext, 'database' | 'access' | 'now' | 'recordEvent' | 'sources'>;

/** No deploy of the target until it is unlocked. A rollback goes through all the same. */
export async function lockTarget(
  context: LockContext,
  { target, person, reason, forMs }: NewLockWish,
): Promise<Refused | Locked> {
  const refuse = refuseFor(context, target, person);
  const forbidden = await refuseUnlessRole(context, 'operator', person);
  if (forbidden !== undefined) return refuse(forbidden);
  if (reason.trim() === '') return refused('reason_missing');
  const { strategy } = context.sources.runbook;
  const wish = { strategy, target, holder: person, reason: redact(reason.trim()) };
  const lock = await insertLock(context.database, wish, forMs);
  if (lock === undefined) {
    const present = await selectLock(context.database, strategy, target);
    return refuse(refused('already_locked', present && lockFacts(present)));
  }
  const details = { until: lock.until };
  await recordNow(context, { kind: 'lock.taken', target, actor: person, reason: lock.reason, details });
  const releaseId = await selectLiveReleaseId(context.database, strategy, target);
  const running = releaseId === undefined ? undefined : await selectRelease(context.database, releaseId);
  return { kind: 'locked', lock, running };
}

/** Only by who took it, or by an admin; and only the lock that was looked at. */
export async function unlockTarget(
  context: LockContext,
  { target, person }: LockWish,
): Promise<Refused | { readonly kind: 'unlocked'; readonly lock: TargetLock }> {
  const refuse = refuseFor(context, target, person);
  const { strategy } = context.sources.runbook;
  const lock = await selectLock(context.database, strategy, target);
  if (lock === undefined) return refuse(refused('not_locked'));
  const isOwn = lock.holder.id === person.id && lock.holder.surface === person.surface;
  const forbidden = await refuseUnlessRole(context, isOwn ? 'operator' : 'admin', person);
  if (forbidden !== undefined) return refuse(isOwn ? forbidden : refused('lock_of_another', lockFacts(lock)));
  if (!(await deleteLock(context.database, lock))) return refuse(refused('not_locked'));
  const details = { takenBy: lock.holder, takenAt: lock.takenAt };
  await recordNow(context, { kind: 'lock.released', target, actor: person, reason: lock.reason, details });
  return { kind: 'unlocked', lock };
}

function refuseFor(context: LockContext, target: string, actor: Person) {
  return async (refusal: Refused): Promise<Refused> => {
    const { code, facts = {} } = refusal.refusal;
    await recordNow(context, { kind: 'lock.refused', target, actor, details: { code, facts } });
    return refusal;
  };
}
