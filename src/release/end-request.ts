import { THE_BOT } from '../domain/audit-event.js';
import type { ReleaseRequest } from '../domain/release-request.js';
import { expiresAt, hasExpired } from '../domain/request-clock.js';
import { type ReleaseContext, type ReleaseEventKind, recordNow } from './release-context.js';
import { endReleaseRequest, type RequestEnd, selectReleaseRequest } from './store/requests.js';

const EVENT_OF_END: Readonly<Record<RequestEnd['state'], ReleaseEventKind>> = {
  rejected: 'release.rejected',
  withdrawn: 'release.withdrawn',
  expired: 'release.expired',
  invalidated: 'release.invalidated',
};

/**
 * Ends a request, unless something has ended it or it is carried out already: then nothing happens.
 * @param condition asked once more with the row held; `now` is by the database's clock.
 * @returns whether this call ended it.
 */
export async function endRequest(
  context: ReleaseContext,
  requestId: string,
  facts: Omit<RequestEnd, 'at'>,
  condition: (request: ReleaseRequest, now: Date) => boolean = () => true,
): Promise<boolean> {
  const at = context.now();
  const ended = await context.transact(async (client) => {
    const request = await selectReleaseRequest(client, requestId, { lock: true });
    if (request === undefined || !isWaiting(request)) return undefined;
    if (!condition(request, await context.databaseNow(client))) return undefined;
    await endReleaseRequest(client, requestId, { ...facts, at });
    await context.subjectChanged(client, `request:${requestId}`);
    return request;
  });
  if (ended === undefined) return false;
  const { by = THE_BOT, reason, changes = [] } = facts;
  await recordNow(context, {
    kind: EVENT_OF_END[facts.state],
    target: ended.target,
    actor: by,
    reason,
    details: { requestId, from: ended.state, changes },
  });
  return true;
}

const isWaiting = ({ state }: ReleaseRequest): boolean => state === 'open' || state === 'approved';

/** Of a timer that has rung: ends the request, or sets the timer again where it rang too early. */
export async function expireOrWait(context: ReleaseContext, requestId: string): Promise<void> {
  if (await expireRequest(context, requestId)) return;
  const request = await selectReleaseRequest(context.database, requestId);
  const dueAt = request && expiresAt(request);
  if (dueAt !== undefined) await context.queue.expireAt(context.database, requestId, dueAt);
}

/** Ends a request whose clock has run out. May be called at any time, any number of times. */
export function expireRequest(context: ReleaseContext, requestId: string): Promise<boolean> {
  return endRequest(context, requestId, { state: 'expired' }, hasExpired);
}
