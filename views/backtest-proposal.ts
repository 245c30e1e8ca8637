import type { Locale } from '../src/domain/localized.js';
import type { Report } from '../src/domain/report.js';
import { preformatted, section } from './blocks.js';
import { textFor } from './text/index.js';

/** The runbook's changed lines as a patch; '' where it says so already. */
export function proposalView(patch: string, locale: Locale): Report {
  const text = textFor(locale).backtest.proposal;
  if (patch === '') return { text: text.nothing, blocks: [section(text.nothing)] };
  return { text: text.title, blocks: [section(text.how), section(preformatted(patch))] };
}
