import { THE_BOT } from '../domain/audit-event.js';
import { isDecided, type ReleaseRequest } from '../domain/release-request.js';
import { expiresAt, hasExpired } from '../domain/request-clock.js';
import type { Queryable } from '../store/queryable.js';
import { type ReleaseContext, type ReleaseEventKind, recordNow } from './release-context.js';
import { endReleaseRequest, type RequestEnd, selectReleaseRequest } from './store/requests.js';

const EVENT_OF_END: Readonly<Record<RequestEnd['state'], ReleaseEventKind>> = {
  rejected: 'release.rejected',
  withdrawn: 'release.withdrawn',
  expired: 'release.expired',
  invalidated: 'release.invalidated',
  superseded: 'release.superseded',
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
  const ended = await context.transact((client) => endWithin(context, client, requestId, facts, condition));
  if (ended === undefined) return false;
  await recordEnd(context, ended, facts);
  return true;
}

/** The same within the caller's transaction, which records it when it is over. @returns what was ended, as it was before */
export async function endWithin(
  context: ReleaseContext,
  client: Queryable,
  requestId: string,
  facts: Omit<RequestEnd, 'at'>,
  condition: (request: ReleaseRequest, now: Date) => boolean = () => true,
): Promise<ReleaseRequest | undefined> {
  const request = await selectReleaseRequest(client, requestId, { lock: true });
  if (request === undefined || isDecided(request)) return undefined;
  if (!condition(request, await context.databaseNow(client))) return undefined;
  await endReleaseRequest(client, requestId, { ...facts, at: context.now() });
  await context.subjectChanged(client, `request:${requestId}`);
  return request;
}

/** For the audit trail. @param more what it knows besides */
export function recordEnd(
  context: ReleaseContext,
  { requestId, target, state: from }: ReleaseRequest,
  { state, by = THE_BOT, reason, changes = [] }: Omit<RequestEnd, 'at'>,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const details = { requestId, from, changes, ...more };
  return recordNow(context, { kind: EVENT_OF_END[state], target, actor: by, reason, details });
}

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
