import type { Halt } from '../domain/halt.js';
import type { SubjectChanged } from '../messages/subject.js';
import type { ReleaseQueue } from '../release/release-jobs.js';
import type { Transact } from '../store/transaction.js';
import { haltReleases } from './halt-queries.js';

interface ReleaseCanceller {
  readonly transact: Transact;
  readonly queue: Pick<ReleaseQueue, 'wake'>;
  readonly subjectChanged: SubjectChanged;
}

/**
 * Stops what is going on with the halt's target, and has the messages about it brought up to date: a request that has
 * ended keeps no buttons: all of it or nothing. Asking twice stops nothing more, and updates the same messages again.
 */
export async function cancelReleases(
  { transact, queue, subjectChanged }: ReleaseCanceller,
  halt: Halt,
): Promise<NonNullable<Halt['cancelled']>> {
  return transact(async (client) => {
    const { releaseId, requests, messagesOf } = await haltReleases(client, halt);
    if (releaseId !== null) await queue.wake(client, releaseId);
    for (const requestId of messagesOf) await subjectChanged(client, `request:${requestId}`);
    return { releaseId, requests };
  });
}
