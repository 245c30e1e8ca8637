import type { Locale } from '../src/domain/localized.js';
import type { LogPage } from '../src/domain/log-page.js';
import type { Modal } from '../src/domain/report.js';
import type { Training } from '../src/domain/training.js';
import { actions, clip, context, escapeMrkdwn, LIMITS, preformatted, section } from './blocks.js';
import { textFor } from './text/index.js';

const LOG_CALLBACK = 'train:log';
export const DESPITE_CALLBACK = 'train:despite';
export const REASON_BLOCK = 'reason';
export const REASON_INPUT = 'text';
const MAX_REASON = 500;

const logModal = (blocks: Modal['blocks'], locale: Locale): Modal => ({
  callbackId: LOG_CALLBACK,
  title: clip(textFor(locale).train.log.title, LIMITS.modalTitle),
  close: textFor(locale).train.button.close,
  blocks,
});

export const logLoadingModal = (locale: Locale): Modal =>
  logModal([section(`⏳ ${textFor(locale).train.log.loading}`)], locale);

export const trainingGoneModal = (locale: Locale): Modal =>
  logModal([section(textFor(locale).train.gone)], locale);

/** One page of a trainer's log, with the way to the others. */
export function logPageModal(training: Training, page: LogPage | undefined, locale: Locale): Modal {
  const text = textFor(locale).train;
  if (page === undefined) return logModal([section(text.log.none(escapeMrkdwn(training.machine)))], locale);
  const to = (actionId: string, label: string, wanted: number) => ({
    actionId,
    text: label,
    value: JSON.stringify({ trainingId: training.trainingId, page: wanted }),
  });
  const ways = [
    ...(page.page > 0 ? [to('train:older', `← ${text.button.older}`, page.page - 1)] : []),
    ...(page.page < page.pages - 1 ? [to('train:newer', `${text.button.newer} →`, page.page + 1)] : []),
  ];
  const body = page.text.trim() === '' ? text.log.empty : preformatted(page.text);
  const blocks = [section(body), context(text.log.page(page.page + 1, page.pages))];
  return logModal(ways.length === 0 ? blocks : [...blocks, actions(...ways)], locale);
}

/** Asks for the reason to train although the data checks did not pass. @param request what to start, for later */
export function despiteModal(request: string, locale: Locale): Modal {
  const text = textFor(locale).train;
  const plain = (words: string) => ({ type: 'plain_text', text: words });
  return {
    callbackId: DESPITE_CALLBACK,
    title: clip(text.despite.title, LIMITS.modalTitle),
    close: text.button.close,
    submit: text.button.start,
    privateMetadata: request,
    blocks: [
      section(text.despite.intro),
      {
        type: 'input',
        block_id: REASON_BLOCK,
        label: plain(text.despite.reason),
        element: {
          type: 'plain_text_input',
          action_id: REASON_INPUT,
          multiline: true,
          max_length: MAX_REASON,
        },
      },
    ],
  };
}
