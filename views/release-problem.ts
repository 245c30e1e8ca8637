import type { Locale } from '../src/domain/localized.js';
import type { ReleaseProblem } from '../src/domain/release-problem.js';
import { hostFaultAmong } from './host-fault.js';
import { textFor } from './text/index.js';

/** Why a step or a release stands where it does, with moments in brackets: for `sentenceForSlack` and `sentenceAsText`. */
export function problemSentence({ code: problem, facts }: ReleaseProblem, locale: Locale): string {
  const text = textFor(locale).deploy;
  const why = Object.entries(text.failFast).find(([reason]) => reason === facts.reason)?.[1] ?? '';
  const known = { ...facts, why, told: hostFaultAmong(facts, locale) };
  return text.problem[problem]((name) => {
    const value = Object.entries(known).find(([key]) => key === name)?.[1] ?? '';
    return Array.isArray(value) ? value.join('; ') : String(value);
  });
}

/** What the host said about it: what it did instead, and the last lines of its log. */
export const problemQuotes = (
  { code, facts, quotes = [] }: ReleaseProblem,
  locale: Locale,
): readonly string[] =>
  code === 'failed_fast' ? [hostFaultAmong(facts, locale), ...quotes].filter((line) => line !== '') : quotes;
