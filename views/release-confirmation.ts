import { type LackingCheck, readLacking } from '../src/domain/lacking-data.js';
import type { Locale } from '../src/domain/localized.js';
import { checkpointWithoutData } from '../src/domain/release-course.js';
import type { ReleaseRecord } from '../src/domain/release-record.js';
import type { Block, Modal } from '../src/domain/report.js';
import { clip, context, LIMITS, section, typed } from './blocks.js';
import { checkSentence } from './check-sentence.js';
import { sentenceForSlack, slackTime } from './moments.js';
import { person } from './person.js';
import { refusalSentence } from './release-sentence.js';
import { textFor } from './text/index.js';

export const CONFIRM_ACTION = 'deploy:confirm';
export const CONFIRM_CALLBACK = 'deploy:confirm_form';

/** Which checks lack data at the end of a release, and what a person can do about it, or has done. */
export function confirmationBlocks(release: ReleaseRecord, locale: Locale): readonly Block[] {
  const { confirmation, confirmBy } = release;
  const text = textFor(locale).deploy.confirmation;
  const step = checkpointWithoutData(release);
  const refusal =
    confirmation?.refused === undefined
      ? []
      : [
          section(
            `✗ ${text.refused(person(confirmation.by))} ${refusalSentence(confirmation.refused, locale)}`,
          ),
        ];
  if (step === undefined) return release.endedAt === null ? refusal : confirmedBlocks(release, locale);
  const lines = readLacking(step.after?.lacking).map((check) => lackingLine(check, locale));
  const isGiven = confirmation !== null && confirmation.refused === undefined;
  return [
    section([`*${text.lacks}*`, ...lines].join('\n')),
    ...refusal,
    isGiven
      ? context(text.given(person(confirmation.by), typed(confirmation.reason)))
      : section(text.wanted(slackTime(confirmBy))),
  ];
}

/** Of a release that a person confirmed: who, when and why. */
function confirmedBlocks({ state, steps, confirmation }: ReleaseRecord, locale: Locale): readonly Block[] {
  const step = steps.find(({ after }) => after?.confirmedBy !== undefined);
  if (state !== 'confirmed' || step === undefined || confirmation === null) return [];
  const { by, at, reason } = confirmation;
  const checks = readLacking(step.after?.lacking).map((check) => `${check.section} ${check.title[locale]}`);
  const sentence = textFor(locale).deploy.confirmation.confirmed;
  return [section(sentence(person(by), slackTime(at), checks.join(', '), typed(reason)))];
}

const lackingLine = (check: LackingCheck, locale: Locale): string => {
  const sentence = checkSentence({ ...check, observed: [] }, locale);
  return `? *${check.section} ${check.title[locale]}* ${sentenceForSlack(sentence)}`;
};

/** Shows what lacks data once more, and asks for the reason. */
export function confirmationModal(release: ReleaseRecord, locale: Locale): Modal {
  const { deploy, release: texts } = textFor(locale);
  return {
    callbackId: CONFIRM_CALLBACK,
    title: clip(deploy.confirmation.title, LIMITS.modalTitle),
    submit: clip(deploy.button.confirm.replace('…', ''), LIMITS.modalTitle),
    close: texts.button.cancel,
    privateMetadata: release.releaseId,
    blocks: [
      ...confirmationBlocks(release, locale),
      {
        type: 'input',
        block_id: 'reason',
        label: { type: 'plain_text', text: deploy.confirmation.why },
        element: { type: 'plain_text_input', action_id: 'text', multiline: true, max_length: 1000 },
      },
    ],
  };
}
