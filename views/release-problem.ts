import type { Locale } from '../src/domain/localized.js';
import { withoutMoments } from '../src/domain/quoted-value.js';
import type { ReleaseProblem } from '../src/domain/release-problem.js';
import { hostFaultAmong } from './host-fault.js';
import { say } from './sentence.js';
import { textFor } from './text/index.js';

/** Why a step or a release stands where it does, with moments in brackets: for `sentenceForSlack` and `sentenceAsText`. */
export function problemSentence({ code: problem, facts }: ReleaseProblem, locale: Locale): string {
  const text = textFor(locale).deploy;
  const why = Object.entries(text.failFast).find(([reason]) => reason === facts.reason)?.[1] ?? '';
  const unforeseen = problem === 'unexpected' ? { detail: unforeseenCause(facts, locale) } : {};
  const known = { ...facts, why, told: hostFaultAmong(facts, locale), ...unforeseen };
  return text.problem[problem]((name) => {
    const value = Object.entries(known).find(([key]) => key === name)?.[1] ?? '';
    return withoutMoments(Array.isArray(value) ? value.join('; ') : String(value));
  });
}

/** What a database or the operating system refused, or else the error's own words. */
function unforeseenCause(facts: ReleaseProblem['facts'], locale: Locale): string {
  const fact = (name: string) => String(facts[name] ?? '');
  const { reason } = textFor(locale).report;
  if (facts['databaseFault'] !== undefined) {
    const told = facts['database'] === 'state' ? reason.state_database_error : reason.database_error;
    return told((name) => fact(name === 'code' ? 'databaseFault' : name));
  }
  if (facts['errno'] === undefined) return textFor(locale).deploy.ownWords(fact('detail'));
  const system = { errno: fact('errno'), call: fact('call'), subject: fact('subject') };
  return say({ code: 'system_fault', facts: system }, locale);
}

/** What the host said about it: what it did instead, and the last lines of its log. */
export const problemQuotes = (
  { code, facts, quotes = [] }: ReleaseProblem,
  locale: Locale,
): readonly string[] =>
  code === 'failed_fast' ? [hostFaultAmong(facts, locale), ...quotes].filter((line) => line !== '') : quotes;
