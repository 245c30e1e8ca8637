import type { CheckResult } from '../src/domain/check-run.js';
import type { Locale, Localized } from '../src/domain/localized.js';
import type { RunKind } from '../src/domain/outcome.js';
import type { Report } from '../src/domain/report.js';
import { context, section } from './blocks.js';
import { OUTCOME_SYMBOL } from './symbols.js';
import { textFor } from './text/index.js';

interface RunProgress {
  readonly strategy: string;
  readonly target: string;
  readonly kind: RunKind;
  readonly checks: readonly {
    readonly id: string;
    readonly section: string;
    readonly title: Localized;
    /** undefined: still running. */
    readonly result: CheckResult | undefined;
  }[];
}

/** What is running and what is done, while a run goes on. */
export function runningReportView(progress: RunProgress, locale: Locale): Report {
  const text = textFor(locale).report;
  const title = text.report.running(text.kind[progress.kind], progress.strategy, progress.target);
  const done = progress.checks.filter(({ result }) => result !== undefined).length;
  const line = text.report.runningLine(done, progress.checks.length);
  return {
    text: `⏳ ${title}: ${line}`,
    blocks: [section(`⏳ *${title}*`), context(line), ...sectionLines(progress, locale)],
  };
}

function sectionLines({ checks }: RunProgress, locale: Locale) {
  const ids = [...new Set(checks.map((check) => check.section))];
  const lines = ids.map((id) => {
    const marks = checks
      .filter((check) => check.section === id)
      .map(({ result, title }) => `${result ? OUTCOME_SYMBOL[result.outcome] : '…'} ${title[locale]}`);
    return `*${id}*  ${marks.join('  ')}`;
  });
  return lines.length === 0 ? [] : [context(lines.join('\n'))];
}
