import type { CheckResult } from '../src/domain/check-run.js';
import type { Locale } from '../src/domain/localized.js';
import type { Block } from '../src/domain/report.js';
import { folded, LIMITS, section } from './blocks.js';
import { checkSentence, remedySentence } from './check-sentence.js';
import { sentenceForSlack } from './moments.js';
import { OUTCOME_SYMBOL } from './symbols.js';
import { textFor } from './text/index.js';

/** Checks that are wrong in one way, and how that is called. */
export interface Problems {
  readonly title: string;
  readonly checks: readonly CheckResult[];
}

const MAX_CAUSES = 3;
/** Some twelve lines of a phone: with the verdict above and the buttons below, that is one screen. */
const CAUSES_LENGTH = 480;

/** One line of a report, and the title of its group. */
export interface ProblemLine {
  readonly text: string;
  readonly title: string;
}

/**
 * The worst first, and not more than a phone shows beside the buttons; everything else is for below them.
 * @param groups from the worst kind to the mildest
 */
export function splitProblems(
  groups: readonly Problems[],
  locale: Locale,
): { readonly causes: readonly Block[]; readonly others: readonly ProblemLine[] } {
  const lines = groups.flatMap((group) => problemLines(group, locale));
  let length = 0;
  const most = lines.slice(0, MAX_CAUSES).findIndex(({ text }, index) => {
    length += text.length;
    return index > 0 && length > CAUSES_LENGTH;
  });
  const count = most === -1 ? MAX_CAUSES : most;
  const causes = withTitles(lines.slice(0, count)).flatMap(({ title, text }) => [
    ...(title === undefined ? [] : [section(`*${title}*`)]),
    section(text),
  ]);
  return { causes, others: lines.slice(count) };
}

export function problemLine(check: CheckResult, locale: Locale, title = problemTitle(check, locale)): string {
  return `${OUTCOME_SYMBOL[check.outcome]} ${title}  ${problemWords(check, locale)}`;
}

export function problemLines({ title, checks }: Problems, locale: Locale): readonly ProblemLine[] {
  // What several checks say in the same words, as of a service that is down, is said once.
  const alike = new Map<string, { first: CheckResult; titles: string[] }>();
  for (const check of checks) {
    const key = `${check.outcome} ${problemWords(check, locale)}`;
    const known = alike.get(key);
    if (known === undefined) alike.set(key, { first: check, titles: [problemTitle(check, locale)] });
    else known.titles.push(problemTitle(check, locale));
  }
  return [...alike.values()].map(({ first, titles }) => ({
    title,
    text: problemLine(first, locale, titles.join(', ')),
  }));
}

/** Everything else that is wrong, folded: as few blocks as hold its lines. */
export function otherProblems(lines: readonly ProblemLine[], locale: Locale): readonly Block[] {
  if (lines.length === 0) return [];
  const parts: string[] = [];
  for (const { title, text } of withTitles(lines)) {
    const part = title === undefined ? text : `*${title}*\n${text}`;
    const last = parts.at(-1);
    if (last === undefined || last.length + part.length > LIMITS.section - 2) parts.push(part);
    else parts[parts.length - 1] = `${last}\n${part}`;
  }
  return [folded(textFor(locale).report.report.others(lines.length), parts.map(section))];
}

/** Each group's title once, before its first line. */
const withTitles = (lines: readonly ProblemLine[]) =>
  lines.map(({ title, text }, index) => ({
    title: lines[index - 1]?.title === title ? undefined : title,
    text,
  }));

const problemTitle = (check: CheckResult, locale: Locale) => `*${check.section} ${check.title[locale]}*`;

function problemWords(check: CheckResult, locale: Locale): string {
  const remedy = remedySentence(check, locale);
  const sentence = sentenceForSlack(checkSentence(check, locale));
  return `${sentence}${remedy === '' ? '' : `\n→ ${sentenceForSlack(remedy)}`}`;
}
