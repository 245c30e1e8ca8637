import type { Locale } from '../src/domain/localized.js';
import type { Modal } from '../src/domain/report.js';
import { proposalView } from './backtest-proposal.js';
import { clip, LIMITS, section } from './blocks.js';
import { textFor } from './text/index.js';

const modal = (locale: Locale, blocks: Modal['blocks']): Modal => ({
  callbackId: 'backtest:proposal',
  title: clip(textFor(locale).backtest.proposal.modal, LIMITS.modalTitle),
  close: textFor(locale).backtest.proposal.close,
  blocks,
});

export const proposalLoadingModal = (locale: Locale): Modal =>
  modal(locale, [section(textFor(locale).backtest.proposal.loading)]);

/** The patch to copy. */
export const proposalModal = (patch: string, locale: Locale): Modal =>
  modal(locale, proposalView(patch, locale).blocks);

export const backtestGoneModal = (locale: Locale): Modal =>
  modal(locale, [section(textFor(locale).backtest.proposal.gone)]);
