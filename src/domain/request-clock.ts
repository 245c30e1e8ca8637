import { type Refused, refused } from './release-refusal.js';
import type { ReleaseRequest } from './release-request.js';
import type { RequestState } from './release-state.js';

type Clocked = Pick<ReleaseRequest, 'state' | 'quorumExpiresAt' | 'startExpiresAt'>;

/** When the clock that runs will have run out, by the database's clock; undefined: none runs. */
export function expiresAt({ state, quorumExpiresAt, startExpiresAt }: Clocked): Date | undefined {
  if (state === 'open') return new Date(quorumExpiresAt);
  // Approved without a time to start has none left.
  return state === 'approved' ? new Date(startExpiresAt ?? 0) : undefined;
}

/** Whether one of the two clocks of a request has run out. @param now by the database's clock */
export function hasExpired(request: Clocked, now: Date): boolean {
  const at = expiresAt(request);
  return at !== undefined && now >= at;
}

/** A refusal unless the request stands in one of the states and its clock still runs. */
export function refuseUnlessLive(
  request: ReleaseRequest,
  states: readonly RequestState[],
  now: Date,
): Refused | undefined {
  if (hasExpired(request, now)) return refused('request_closed', { state: 'expired' });
  if (states.includes(request.state)) return undefined;
  return refused('request_closed', { state: request.state });
}
