import { UserError } from '../src/conversation/errors.js';
import type { Click, Conversation, Submission, SubmissionAnswer } from '../src/conversation/subcommand.js';
import type { ContentChange } from '../src/domain/release-content.js';
import type { Refused } from '../src/domain/release-refusal.js';
import { deployNoteModal, rejectModal } from '../views/deploy-plan-modal.js';
import { REQUEST_CHOICES } from '../views/release-request.js';
import { changesView, noteView, refusalView } from '../views/release-sentence.js';
import { textFor } from '../views/text/index.js';
import type { DeployServices } from './deploy-services.js';

type Handler = (click: Click, services: DeployServices) => Promise<void>;

/** Every result of a decision: the message tells everybody, and only what went wrong is whispered. */
type Outcome =
  | { readonly kind: 'done'; readonly repeated: boolean }
  | { readonly kind: 'started' }
  | { readonly kind: 'kept' }
  | { readonly kind: 'dropped'; readonly changes: readonly ContentChange[] }
  | { readonly kind: 'invalidated'; readonly changes: readonly ContentChange[] }
  | Refused;

/** The buttons of a request, by action id. */
export const decisionActions: Readonly<Record<string, Handler>> = {
  'deploy:approve': async (click, { releases }) =>
    tell(click, await releases.approve({ ...subjectOf(click), person: click.person })),
  'deploy:take_back': async (click, { releases }) =>
    tell(click, await releases.takeBack({ ...subjectOf(click), person: click.person })),
  'deploy:withdraw': async (click, { releases }) =>
    tell(click, await releases.withdraw({ ...subjectOf(click), person: click.person })),
  'deploy:renew': async (click, { releases }) =>
    tell(click, await releases.renewEvidence({ ...subjectOf(click), person: click.person })),
  'deploy:start': async (click, { releases }) =>
    tell(click, await releases.start({ ...subjectOf(click), person: click.person })),
  'deploy:reviewed': async (click, { releases }) =>
    tell(click, await releases.review({ ...subjectOf(click), person: click.person })),
  'deploy:reject': async (click) => {
    const modal = rejectModal(click.value, click.locale);
    await click.openModal(modal, async () => modal);
  },
};

/** The menu beside them: each choice is the button that it names. */
export async function chooseOfRequest(click: Click, services: DeployServices): Promise<void> {
  const [word = '', ...rest] = click.value.split(' ');
  const choice = REQUEST_CHOICES.find((known) => known === word);
  const chosen = { ...click, value: rest.join(' ') };
  if (choice === undefined) throw new UserError('unknown_modal', {});
  await decisionActions[choice]?.(chosen, services);
}

/** The reason of a rejection was given. */
export async function submitRejection(
  submission: Submission,
  { releases }: DeployServices,
): Promise<SubmissionAnswer> {
  const { person, locale, privateMetadata, values } = submission;
  const reason = values.reason?.text;
  const { requestId } = readValue(privateMetadata);
  const result = await releases.reject({
    requestId,
    person,
    reason: typeof reason === 'string' ? reason : '',
  });
  if (result.kind === 'done') return { kind: 'close' };
  const blocks = outcomeView(result, locale)?.blocks ?? [];
  return { kind: 'update', modal: deployNoteModal('', blocks, locale) };
}

const subjectOf = (click: Click) => readValue(click.value);

/** What a button carries; a forged one names no request, and is refused as unknown. */
function readValue(value: string): { readonly requestId: string; readonly digest: string } {
  const [requestId = '', digest = ''] = value.split(' ');
  return { requestId, digest };
}

async function tell(click: Click, outcome: Outcome): Promise<void> {
  const report = outcomeView(outcome, click.locale);
  if (click.modal !== undefined) {
    const { blocks } = report ?? noteView(`✅ ${textFor(click.locale).release.form.done}`);
    await click.modal.update(deployNoteModal('', blocks, click.locale));
  } else if (report !== undefined) await click.whisper(report);
}

function outcomeView(outcome: Outcome, locale: Conversation['locale']) {
  const { request: text } = textFor(locale).release;
  switch (outcome.kind) {
    case 'refused':
      return refusalView([outcome.refusal], locale);
    case 'invalidated':
      return changesView(outcome.changes, locale);
    case 'kept':
      return noteView(text.kept);
    case 'dropped':
      return noteView(text.dropped);
    case 'done':
      return outcome.repeated ? noteView(text.repeated) : undefined;
    case 'started':
      return undefined;
  }
}
