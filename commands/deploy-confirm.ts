import {
  type Click,
  type Conversation,
  EXIT,
  type SubcommandResult,
  type Submission,
  type SubmissionAnswer,
} from '../src/conversation/subcommand.js';
import { canConfirm } from '../src/domain/release-course.js';
import type { ReleaseRecord } from '../src/domain/release-record.js';
import { type ReleaseRefusal, refused } from '../src/domain/release-refusal.js';
import type { Target } from '../src/runbook/targets.js';
import { deployNoteModal } from '../views/deploy-plan-modal.js';
import { deployProgressView } from '../views/deploy-progress.js';
import { confirmationModal } from '../views/release-confirmation.js';
import { noteView, refusalAsText, refusalView } from '../views/release-sentence.js';
import { textFor } from '../views/text/index.js';
import type { DeployServices } from './deploy-services.js';

/** The button *Confirm…* of a release that lacks only data at its end. */
export async function openConfirmation(
  click: Click,
  { answers }: Pick<DeployServices, 'answers'>,
): Promise<void> {
  await showConfirmation(click.openModal, click.locale, () => answers.get(click.value));
}

/** The reason of a confirmation was given. */
export async function submitConfirmation(
  { person, locale, privateMetadata: releaseId, values }: Submission,
  { releases }: Pick<DeployServices, 'releases'>,
): Promise<SubmissionAnswer> {
  const reason = values.reason?.text;
  const result = await releases.confirm({
    releaseId,
    person,
    reason: typeof reason === 'string' ? reason : '',
  });
  if (result.kind === 'done') return { kind: 'close' };
  return { kind: 'update', modal: noted([result.refusal], locale) };
}

/** `deploy [target] --confirm`: in Slack the same form; a terminal shows what is waited for. */
export async function confirmByWords(
  target: Target,
  reason: string,
  conversation: Conversation,
  { releases }: Pick<DeployServices, 'releases'>,
): Promise<SubcommandResult> {
  const { person, locale, openModal } = conversation;
  if (openModal !== undefined) {
    await showConfirmation(openModal, locale, () => releases.toConfirm(target.name));
    return { exitCode: EXIT.ok, json: {} };
  }
  const release = await releases.toConfirm(target.name);
  if (release !== undefined) {
    const report = deployProgressView(release, locale);
    await (await conversation.post(report)).finish(report);
  }
  const result =
    release === undefined
      ? refused('nothing_to_confirm')
      : await releases.confirm({ releaseId: release.releaseId, person, reason });
  if (result.kind === 'done') return { exitCode: EXIT.ok, json: { releaseId: release?.releaseId } };
  await conversation.whisper(refusalView([result.refusal], locale));
  const told = { ...result.refusal, message: refusalAsText(result.refusal, locale) };
  return { exitCode: EXIT.noGo, json: { releaseId: release?.releaseId ?? null, refusals: [told] } };
}

async function showConfirmation(
  openModal: Click['openModal'],
  locale: Conversation['locale'],
  find: () => Promise<ReleaseRecord | undefined>,
): Promise<void> {
  const { loading } = textFor(locale).deploy.confirmation;
  await openModal(deployNoteModal('', noteView(loading).blocks, locale), async () => {
    const release = await find();
    if (release === undefined || !canConfirm(release)) return noted([{ code: 'nothing_to_confirm' }], locale);
    return confirmationModal(release, locale);
  });
}

const noted = (refusals: readonly ReleaseRefusal[], locale: Conversation['locale']) =>
  deployNoteModal('', refusalView(refusals, locale).blocks, locale);
