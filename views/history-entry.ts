import type { Locale } from '../src/domain/localized.js';
import type { Block, Modal, Report } from '../src/domain/report.js';
import { LIMITS, section, within } from './blocks.js';
import { textFor } from './text/index.js';

const ENTRY_CALLBACK = 'history:entry';

export function entryLoadingModal(locale: Locale): Modal {
  return modal([section(`⏳ ${textFor(locale).report.details.loading}`)], locale);
}

export function entryGoneModal(locale: Locale): Modal {
  return modal([section(textFor(locale).report.details.gone)], locale);
}

/** A stored report without its buttons: what can still be done about it is done in its own message. */
export function entryModal({ blocks }: Report, locale: Locale): Modal {
  return modal(
    blocks.filter(({ type }) => type !== 'actions'),
    locale,
  );
}

function modal(blocks: readonly Block[], locale: Locale): Modal {
  return {
    callbackId: ENTRY_CALLBACK,
    title: textFor(locale).status.entryTitle,
    close: textFor(locale).report.button.close,
    blocks: within(LIMITS.viewBlocks, blocks, textFor(locale).report.report.cut),
  };
}
