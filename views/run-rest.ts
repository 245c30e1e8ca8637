import type { CheckResult, CheckRun } from '../src/domain/check-run.js';
import type { Locale } from '../src/domain/localized.js';
import type { Block } from '../src/domain/report.js';
import { context, folded } from './blocks.js';
import { checkSentence } from './check-sentence.js';
import { criteriaBlocks } from './gonogo.js';
import { sentenceForSlack } from './moments.js';
import { windowBlocks } from './run-window.js';
import { textFor } from './text/index.js';

/** What is right and how it was looked at, folded: whoever wakes up to a report needs none of it at once. */
export function restBlocks(run: CheckRun, locale: Locale): readonly Block[] {
  const children = [
    ...criteriaBlocks(run, locale),
    ...foldedSections(run, locale),
    ...windowBlocks(run, locale),
  ];
  if (children.length === 0) return [];
  const passed = run.checks.filter(({ outcome }) => outcome === 'PASS').length;
  return [folded(textFor(locale).report.report.rest(passed, run.checks.length), children)];
}

function foldedSections(run: CheckRun, locale: Locale): readonly Block[] {
  // What the table of the criteria shows is not said again.
  const tabled = new Set(run.criteria?.flatMap((criterion) => criterion.checks));
  const ids = [...new Set(run.checks.map((check) => check.section))];
  const lines = ids.flatMap((id) => {
    const checks = run.checks.filter((check) => check.section === id && !tabled.has(check.id));
    const passed = checks.filter((check) => check.outcome === 'PASS');
    if (passed.length === 0) return [];
    return [
      `✓ *${id}* ${textFor(locale).report.report.folded(passed.length, checks.length)}  ${foldedLine(passed, passed.length === checks.length, locale)}`,
    ];
  });
  return lines.length === 0 ? [] : [context(lines.join('\n'))];
}

/**
 * What was measured where a text says it, and the checks' names for the rest.
 * @param isWhole nothing of the section is wrong: what is measured well of a dead symbol belies the line above it
 */
function foldedLine(passed: readonly CheckResult[], isWhole: boolean, locale: Locale): string {
  const all = isWhole ? passed : [];
  const measured = all.filter((check) => check.says.length > 0 && check.evidence.probe === 'sql');
  const shown = measured.slice(0, 1).map((check) => sentenceForSlack(checkSentence(check, locale)));
  if (shown.length > 0) return shown.join(' · ');
  const names = passed.slice(0, 4).map((check) => sentenceForSlack(check.title[locale]));
  return names.join(', ') + (passed.length > 4 ? '…' : '');
}
