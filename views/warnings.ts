import type { Acknowledgement } from '../src/domain/acknowledgement.js';
import type { CheckResult, CheckRun } from '../src/domain/check-run.js';
import type { Locale } from '../src/domain/localized.js';
import type { Block } from '../src/domain/report.js';
import { context, section, sectionWithButton } from './blocks.js';
import { slackTime } from './moments.js';
import { person } from './person.js';
import { textFor } from './text/index.js';

export const ACKNOWLEDGE_ACTION = 'gonogo:acknowledge';

/** What a click on *Acknowledge* carries. */
interface AcknowledgeRequest {
  readonly runId: string;
  readonly checkId: string;
}

/** The deciding warnings of a run: what a person must acknowledge before a deploy. */
export const warningsOf = (run: CheckRun): readonly CheckResult[] =>
  run.checks.filter(({ mode, outcome }) => mode === 'deciding' && outcome === 'WARN');

/** A decision with warnings asks for each to be acknowledged; every other report only shows them. */
export const asksForAcknowledgement = (run: CheckRun): boolean =>
  run.kind === 'gonogo' && run.verdict === 'GO_WITH_WARNINGS';

/** One warning with its button, or with the name of who has acknowledged it. */
export function warningBlock(
  run: CheckRun,
  check: CheckResult,
  line: string,
  acknowledgement: Acknowledgement | undefined,
  locale: Locale,
): Block {
  const text = textFor(locale).decision;
  if (acknowledgement !== undefined) {
    const who = person(acknowledgement.person);
    const when = slackTime(acknowledgement.at, 'date_short_pretty');
    return section(`${line}\n✓ ${text.acknowledgedBy(who, when)}`);
  }
  const request: AcknowledgeRequest = { runId: run.runId, checkId: check.id };
  return sectionWithButton(line, {
    actionId: ACKNOWLEDGE_ACTION,
    text: text.acknowledge,
    value: JSON.stringify(request),
    confirm: {
      title: text.acknowledgeTitle,
      text: text.acknowledgeText(check.title[locale]),
      yes: text.acknowledge,
      no: text.cancel,
    },
  });
}

export function acknowledgedCount(
  run: CheckRun,
  acknowledgements: readonly Acknowledgement[],
  locale: Locale,
): Block {
  const warnings = warningsOf(run);
  const done = warnings.filter(({ id }) => acknowledgements.some(({ checkId }) => checkId === id)).length;
  return context(textFor(locale).decision.acknowledgedCount(done, warnings.length));
}
