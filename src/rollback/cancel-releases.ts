import type { Halt } from '../domain/halt.js';
import type { ReleaseQueue } from '../release/release-queue.js';
import type { RequestQueue } from '../release/request-queue.js';
import type { Queryable } from '../store/queryable.js';
import { haltReleases } from './queries/halt-releases.js';

export interface ReleaseCanceller {
  readonly database: Queryable;
  readonly queue: Pick<ReleaseQueue, 'wake'> & Pick<RequestQueue, 'announce'>;
}

/**
 * Stops what is going on with the halt's target, and has the messages about it brought up to date: a request that has
 * ended keeps no buttons. Asking twice stops nothing more, and updates the same messages again.
 */
export async function cancelReleases(
  { database, queue }: ReleaseCanceller,
  halt: Halt,
): Promise<NonNullable<Halt['cancelled']>> {
  const { releaseId, requests, messagesOf } = await haltReleases(database, halt);
  if (releaseId !== null) await queue.wake(database, releaseId);
  for (const requestId of messagesOf) await queue.announce(database, requestId);
  return { releaseId, requests };
}
