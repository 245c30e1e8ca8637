import { type Refused, refused } from './release-refusal.js';
import type { ReleaseRequest } from './release-request.js';
import type { RequestState } from './release-state.js';

/** Whether one of the two clocks of a request has run out. */
export function hasExpired(
  {
    state,
    quorumExpiresAt,
    startExpiresAt,
  }: Pick<ReleaseRequest, 'state' | 'quorumExpiresAt' | 'startExpiresAt'>,
  now: Date,
): boolean {
  if (state === 'open') return now.getTime() >= Date.parse(quorumExpiresAt);
  if (state === 'approved') return startExpiresAt === null || now.getTime() >= Date.parse(startExpiresAt);
  return false;
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
