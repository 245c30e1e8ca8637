import type { Locale } from '../src/domain/localized.js';
import { withoutMoments } from '../src/domain/quoted-value.js';
import type { ReleaseProblem } from '../src/domain/release-problem.js';
import { VERDICTS } from '../src/domain/verdict.js';
import { checkSentence } from './check-sentence.js';
import { hostFaultAmong } from './host-fault.js';
import { say } from './sentence.js';
import { textFor } from './text/index.js';

/** Why a step or a release stands where it does, with moments in brackets: for `sentenceForSlack` and `sentenceAsText`. */
export function problemSentence({ code: problem, facts, checks }: ReleaseProblem, locale: Locale): string {
  const text = textFor(locale).deploy;
  const why = Object.entries(text.failFast).find(([reason]) => reason === facts.reason)?.[1] ?? '';
  const unforeseen = problem === 'unexpected' ? { detail: unforeseenCause(facts, locale) } : {};
  const known = {
    ...facts,
    why,
    told: hostFaultAmong(facts, locale),
    ...unforeseen,
    ...(problem === 'verdict_forbids' ? forbidding(facts, checks, locale) : {}),
  };
  return text.problem[problem]((name) => {
    const value = Object.entries(known).find(([key]) => key === name)?.[1] ?? '';
    // The sentences of checks are the bot's own, with moments of their own.
    if (name === 'checks' && checks !== undefined) return String(value);
    return withoutMoments(Array.isArray(value) ? value.join('; ') : String(value));
  });
}

/** The verdict in words, and what each check says; of a release of an earlier version the ids. */
function forbidding(
  facts: ReleaseProblem['facts'],
  checks: ReleaseProblem['checks'],
  locale: Locale,
): Readonly<Record<string, string>> {
  const { verdict: words } = textFor(locale).report;
  const verdict = VERDICTS.find((known) => known === facts['verdict']);
  const told = checks?.map(
    (check) =>
      `${check.section} ${check.title[locale]}: ${checkSentence(check, locale).replace(/[.。]$/, '')}`,
  );
  return {
    ...(verdict === undefined ? {} : { verdict: words[verdict] }),
    ...(told === undefined ? {} : { checks: told.join('; ') }),
  };
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
