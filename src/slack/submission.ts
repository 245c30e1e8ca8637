import type { View } from '@slack/types';
import type { z } from 'zod';
import type { Conversation, Submission, SubmissionAnswer } from '../conversation/subcommand.js';
import type { Modal } from '../domain/report.js';
import type { Say } from '../domain/sentence.js';
import type { Clock } from '../time/clock.js';
import type { submissionBody } from './interaction.js';
import { type ModalClient, modalValues, updateModal, viewOf } from './modal.js';
import { plainReport } from './problem.js';

/** Slack's `response_action`; undefined closes the modal. */
type SubmissionAck =
  | { readonly response_action: 'errors'; readonly errors: Record<string, string> }
  | { readonly response_action: 'update'; readonly view: View };

interface SubmissionOptions {
  readonly body: z.output<typeof submissionBody>;
  readonly conversation: Conversation;
  readonly handle: (submission: Submission) => Promise<SubmissionAnswer>;
  readonly ack: (answer?: SubmissionAck) => Promise<void>;
  readonly client: ModalClient;
  readonly clock: Clock;
  readonly say: Say;
  readonly describe: (error: unknown) => { readonly text: string };
}

/** Slack waits 3 s for the acknowledgement, and the check for duplicates has taken some of them. */
const ANSWER_TIMEOUT_MS = 1_800;

/**
 * Answers a submitted modal with its acknowledgement. A handler that takes longer than Slack waits shows "still
 * working", and its answer afterwards.
 */
export async function answerSubmission(options: SubmissionOptions): Promise<void> {
  const { body, conversation, handle, ack, client, clock, say, describe } = options;
  const { locale } = conversation;
  const handled = handle({
    ...conversation,
    callbackId: body.view.callback_id,
    privateMetadata: body.view.private_metadata,
    values: modalValues(body.view.state?.values),
  }).catch((error: unknown): SubmissionAnswer => {
    return { kind: 'update', modal: textModal(body, describe(error).text) };
  });
  const timer = new AbortController();
  const late = clock.sleep(ANSWER_TIMEOUT_MS, timer.signal).then(
    () => undefined,
    () => undefined,
  );
  const inTime = await Promise.race([handled, late]);
  timer.abort();
  const working = textModal(body, say({ code: 'still_working', facts: {} }, locale));
  await ack(inTime === undefined ? { response_action: 'update', view: viewOf(working) } : ackOf(inTime));
  const answer = inTime ?? (await handled);
  if (inTime === undefined)
    await updateModal(
      client,
      body.view.id,
      lateModal(body, answer, say({ code: 'done', facts: {} }, locale)),
    );
  if (answer.kind !== 'errors') await answer.after?.();
}

function ackOf(answer: SubmissionAnswer): SubmissionAck | undefined {
  if (answer.kind === 'errors') return { response_action: 'errors', errors: { ...answer.errors } };
  if (answer.kind === 'update') return { response_action: 'update', view: viewOf(answer.modal) };
  return undefined;
}

/** Once the acknowledgement is given, a modal can only be changed: not closed, and no input marked as faulty. */
function lateModal(body: SubmissionOptions['body'], answer: SubmissionAnswer, done: string): Modal {
  if (answer.kind === 'update') return answer.modal;
  if (answer.kind === 'close') return textModal(body, done);
  return textModal(body, Object.values(answer.errors).join('\n'));
}

function textModal({ view }: SubmissionOptions['body'], text: string): Modal {
  return {
    callbackId: view.callback_id,
    title: view.title?.text ?? 'lobml',
    close: view.close?.text ?? 'OK',
    blocks: plainReport(text).blocks,
  };
}
