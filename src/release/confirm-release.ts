import { z } from 'zod';
import type { Person } from '../domain/person.js';
import { checkpointWithoutData } from '../domain/release-course.js';
import type { ReleaseRecord } from '../domain/release-record.js';
import { type Refused, type ReleaseRefusal, refused } from '../domain/release-refusal.js';
import { redact } from '../domain/secrets.js';
import type { Queryable } from '../store/queryable.js';
import { refuseFor, refuseUnlessApprover } from './decide.js';
import { type ReleaseContext, recordNow } from './release-context.js';
import { selectLiveReleaseId, selectRelease } from './store/releases.js';
import { findRequest } from './store/requests.js';

export interface ConfirmationWish {
  readonly releaseId: string;
  readonly person: Person;
  readonly reason: string;
}

type ConfirmationResult = { readonly kind: 'done' } | Refused;

/**
 * An approver takes it upon themselves that a release lacks data at its end. It is noted, and the release goes on at
 * once: its checks run once more, and who this is is asked once more, before anything is confirmed.
 */
export async function confirmRelease(
  context: ReleaseContext,
  { releaseId, person, reason }: ConfirmationWish,
): Promise<ConfirmationResult> {
  const release = z.uuid().safeParse(releaseId).success
    ? await selectRelease(context.database, releaseId)
    : undefined;
  const request = release && (await findRequest(context, release.requestId));
  if (request === undefined) return refused('nothing_to_confirm');
  const refuse = refuseFor(context, request, person, 'confirm');
  const stranger = await refuseUnlessConfirmer(context, request, person);
  if (stranger !== undefined) return refuse(stranger);
  if (reason.trim() === '') return refused('reason_missing');
  const confirmation = { by: person, reason: redact(reason.trim()), at: context.now().toISOString() };
  const isWritten = await context.transact(async (client) => {
    if (!(await isWaiting(client, releaseId, await context.databaseNow(client)))) return false;
    await client.query('UPDATE lobml.releases SET confirmation = $2 WHERE release_id = $1', [
      releaseId,
      JSON.stringify(confirmation),
    ]);
    await context.queue.wake(client, releaseId);
    await context.subjectChanged(client, `release:${releaseId}`);
    return true;
  });
  if (!isWritten) return refuse(refused('nothing_to_confirm'));
  await recordNow(context, {
    kind: 'release.confirmation_given',
    target: request.target,
    actor: person,
    reason: confirmation.reason,
    details: { releaseId, requestId: request.requestId },
  });
  return { kind: 'done' };
}

/** The release of a target that a person may confirm now; undefined: none waits for that. */
export async function releaseToConfirm(
  { database, sources }: Pick<ReleaseContext, 'database' | 'sources'>,
  target: string,
): Promise<ReleaseRecord | undefined> {
  const releaseId = await selectLiveReleaseId(database, sources.runbook.strategy, target);
  const release = releaseId === undefined ? undefined : await selectRelease(database, releaseId);
  return release !== undefined && checkpointWithoutData(release) !== undefined ? release : undefined;
}

/** Whether who confirmed a release counts as its approver, as Slack and the targets file say now. */
export async function refuseConfirmation(
  context: Pick<ReleaseContext, 'targets' | 'approvers' | 'database'>,
  { requestId, confirmation }: ReleaseRecord,
): Promise<ReleaseRefusal | undefined> {
  const request = await findRequest(context, requestId);
  if (request === undefined || confirmation === null) return refused('nothing_to_confirm').refusal;
  return (await refuseUnlessConfirmer(context, request, confirmation.by))?.refusal;
}

/** Where nobody knows who the requester is in Slack, this could be they. */
async function refuseUnlessConfirmer(
  context: Pick<ReleaseContext, 'targets' | 'approvers'>,
  request: Parameters<typeof refuseUnlessApprover>[1],
  person: Person,
): Promise<Refused | undefined> {
  const stranger = await refuseUnlessApprover(context, request, person, 'own');
  if (stranger !== undefined || request.requesterSlackId !== null) return stranger;
  return refused('requester_unknown', { account: request.requestedBy.name });
}

/** Looked at with the row held, so that a release that ends, is halted or cancelled meanwhile is not confirmed. */
async function isWaiting(client: Queryable, releaseId: string, now: Date): Promise<boolean> {
  await client.query('SELECT 1 FROM lobml.releases WHERE release_id = $1 FOR UPDATE', [releaseId]);
  const release = await selectRelease(client, releaseId);
  if (release === undefined || now >= new Date(release.confirmBy)) return false;
  const isFree = release.confirmation === null || release.confirmation.refused !== undefined;
  return isFree && checkpointWithoutData(release) !== undefined;
}
